"""
E-mail addresses that belong to tools, not to people.

One list for two rooms: github keeps such an address of a commit's author (a person's is hashed at
once), and llm reads it as a mark. Exact addresses, because the companies' staff share the domains:
somebody@anthropic.com is a person. Sources: the registries named in apps/llm/README.md.
"""

NOREPLY_DOMAIN = "users.noreply.github.com"  # GitHub's own, of accounts: "<id>+<login>@"

#: Domains on which nobody but the tool commits.
TOOL_DOMAINS: frozenset[str] = frozenset({"aider.chat"})

TOOL_ADDRESSES: frozenset[str] = frozenset(
    {
        "agent@continue.dev",
        "agent@warp.dev",
        "agent@zed.dev",
        "amp@ampcode.com",
        "cascade@windsurf.ai",
        "claude@anthropic.ai",
        "codex@openai.com",
        "copilot@github.com",
        "crush@charm.land",
        "cursoragent@cursor.com",
        "droid@factory.ai",
        "kiro@amazon.com",
        "no-reply@anthropic.com",
        "noreply@aider.dev",
        "noreply@alibabacloud.com",
        "noreply@anthropic.com",
        "noreply@cline.bot",
        "noreply@codebuff.com",
        "noreply@continue.dev",
        "noreply@cursor.com",
        "noreply@developers.google.com",
        "noreply@iflow.cn",
        "noreply@kimi.com",
        "noreply@kiro.dev",
        "noreply@openai.com",
        "noreply@opencode.ai",
        "noreply@qoder.com",
        "noreply@trae.ai",
        "noreply@zed.dev",
        "opendevin@all-hands.dev",
        "openhands@all-hands.dev",
        "oz-agent@warp.dev",
        "qwen-coder@alibabacloud.com",
        "roomote@roocode.com",
        "team+codegenbot@codegen.sh",
    }
)

#: Logins of tools that have no "[bot]" behind their name, as they stand in noreply addresses.
TOOL_LOGINS: frozenset[str] = frozenset(
    {
        "cline-agent",
        "copilot",
        "cursoragent",
        "kiro-agent",
        "mentatbot",
        "openhands-agent",
    }
)


def is_tool_address(address: str) -> bool:
    """
    Whether the address is a tool's own; the case of letters does not matter.

    A noreply address of GitHub is one if its login ends in "[bot]" or is in `TOOL_LOGINS`.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return False
    if domain == NOREPLY_DOMAIN:
        login = local.rpartition("+")[2]
        return login.endswith("[bot]") or login in TOOL_LOGINS
    return domain in TOOL_DOMAINS or f"{local}@{domain}" in TOOL_ADDRESSES
