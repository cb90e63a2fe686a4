"""Questions that nobody waits for, asked by Groq's Batch API: at half the price, within a day."""
