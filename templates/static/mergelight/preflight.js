// How long the import takes, computed again as repositories are ticked: the arithmetic of
// apps/onboarding/expectation.py, over the counts that came with the list. A test holds the two
// together. Without this script the number for what was ticked at first stands there.
(() => {
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

  const reading = (numbers, pace) => {
    if (!numbers.length) return 0;
    const pages = Math.ceil(sum(numbers) / pace.page_size);
    const lists = numbers.map((number) => listPages(number, pace));
    const asked = (sum(lists) + lists.length) * pace.key_seconds + pages * pace.page_seconds;
    const shared = pace.key_seconds + asked / pace.at_once;
    const longest = Math.max(...lists) * pace.key_seconds + (pages ? pace.page_seconds : 0);
    const minutes = Math.ceil((pages * pace.page_seconds) / pace.seconds_a_minute);
    const answering = 60 * Math.max(minutes - 1, 0);
    return Math.max(shared, longest, answering) + pace.key_seconds;
  };
  const listPages = (number, pace) => Math.max(Math.ceil(number / pace.key_page), 1);
  const analysis = (number, pace) =>
    pace.answers_at_once ? Math.ceil(number / pace.answers_at_once) * pace.answer_seconds : 0;
  const points = (numbers, pace) =>
    Math.ceil(sum(numbers) / pace.page_size) +
    sum(numbers.map((number) => listPages(number, pace) + 1));

  const expectation = (counts, pace) => {
    const whole = counts.map((count) => count.whole);
    const recent = pace.two_phase ? counts.map((count) => count.recent) : whole;
    const older = pace.two_phase ? counts.map((count) => count.whole - count.recent) : [];
    const all = analysis(sum(recent), pace);
    const first = Math.min(all, pace.most_analysis_seconds);
    const later = analysis(sum(older), pace) + all - first;
    return {
      opens: reading(recent, pace) + first + pace.around_seconds,
      older: sum(older) ? reading(older, pace) + later : 0,
      points: points(recent, pace) + (sum(older) ? points(older, pace) : 0),
    };
  };

  const inMinutes = (seconds) => {
    if (seconds < 45) return "less than a minute";
    let minutes = Math.ceil(seconds / 60);
    if (minutes > 10) minutes = 5 * Math.ceil(minutes / 5);
    if (minutes > 60) return `about ${Math.ceil(minutes / 60)} hours`;
    return `about ${minutes} minute${minutes === 1 ? "" : "s"}`;
  };
  const capitalised = (words) => words[0].toUpperCase() + words.slice(1);

  const tell = () => {
    const told = document.getElementById("expectation");
    const pace = document.getElementById("pace");
    if (!told || !pace) return;
    const part = (name) => told.querySelector(`[data-${name}]`);
    const chosen = [...document.querySelectorAll("#picker-list input:checked")];
    const counts = chosen
      .map((box) => box.closest("li").querySelector("[data-whole]"))
      .filter(Boolean)
      .map(({ dataset }) => ({ recent: +dataset.recent, whole: +dataset.whole }));
    part("some").hidden = !counts.length;
    part("none").hidden = counts.length > 0;
    const expected = expectation(counts, JSON.parse(pace.textContent));
    part("opens").textContent = capitalised(inMinutes(expected.opens));
    part("uncounted").hidden = counts.length === chosen.length;
    part("older").hidden = !expected.older;
    part("older-takes").textContent = inMinutes(expected.older);
    if (!part("over")) return;
    part("over").hidden = !counts.length || expected.points <= +told.dataset.left;
    part("points").textContent = expected.points;
  };

  const notCounted = () => {
    for (const place of document.querySelectorAll("[data-awaited]")) {
      place.textContent = place.dataset.awaited;
    }
  };

  document.getElementById("picker")?.addEventListener("change", tell);
  document.addEventListener("htmx:afterSettle", tell);
  document.addEventListener("htmx:afterRequest", notCounted); // what has come by then is in place
  tell();
})();
