"""What PowerShell and the command prompt of Windows destroy, open or fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.verdict import Effect

_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), says, effect)
    for pattern, says, effect in (
        (
            r"\b(?:Remove-Item|rm|ri|rmdir|rd|del|erase|Clear-Content|clc|Clear-RecycleBin|Clear-Disk|Format-Volume|Initialize-Disk|Remove-Partition|Remove-AD\w+|Remove-Az\w+|Remove-VM)\b(?=\s+[^=\s])",
            "deletes or empties files, disks or accounts",
            Effect.BLOCK,
        ),
        (
            r"\bformat\s+[a-z]:|\bdiskpart\b|\bcipher\s+/w|\bvssadmin\s+delete|\bwbadmin\s+delete|\bbcdedit\b",
            "writes over a disk or its backups",
            Effect.BLOCK,
        ),
        (r"\.Delete\s*\(|\[(?:System\.)?IO\.(?:File|Directory)\]::(?:Delete|WriteAllText)", "deletes or overwrites files", Effect.BLOCK),
        (
            r"\b(?:Invoke-Expression|iex)\b|\[scriptblock\]::Create|-(?:enc|encodedcommand|e)\s+[A-Za-z0-9+/=]{16,}|DownloadString",
            "runs text as code that is only known at run time",
            Effect.BLOCK,
        ),
        (
            r"ServerCertificateValidationCallback|-SkipCertificateCheck|CheckCertificateRevocationList\s*=\s*\$false",
            "turns off the check of who is at the other end (TLS)",
            Effect.BLOCK,
        ),
        (
            r"Set-ExecutionPolicy\s+(?:-\w+\s+)*(?:Bypass|Unrestricted)|-(?:ep|executionpolicy)\s+(?:Bypass|Unrestricted)|Set-MpPreference|Add-MpPreference|netsh\s+(?:adv)?firewall|Disable-\w+|Stop-Service|sc(?:\.exe)?\s+(?:stop|delete)",
            "takes away a protection of the machine, or stops a service",
            Effect.BLOCK,
        ),
        (
            r"\b(?:Stop-Computer|Restart-Computer|shutdown)\b|\b(?:Stop-Process|taskkill)\b",
            "stops the machine or running programs",
            Effect.BLOCK,
        ),
        (
            r"\breg(?:\.exe)?\s+(?:delete|add)|Remove-ItemProperty|Set-ItemProperty\s+.*HK[LC][MU]|New-ScheduledTask|schtasks|net\s+(?:user|localgroup)",
            "changes the machine, its users or what it runs by itself",
            Effect.BLOCK,
        ),
        (
            r"Set-Content\s+.*(?:\$env:|[A-Z]:\\)|Out-File\s+.*\$PROFILE|\$PROFILE",
            "writes into the system or the user's settings",
            Effect.BLOCK,
        ),
        (
            r"\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|curl|wget|Start-BitsTransfer|certutil|bitsadmin)\b|Net\.WebClient",
            "reaches into the network",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\b(?:Start-Process|Invoke-Command|Install-Module|Install-Package|choco\s+install|winget\s+install|pip\s+install)\b",
            "runs or installs another program",
            Effect.NEEDS_APPROVAL,
        ),
        (r"\bgit\s+(?:push|commit|merge)\b", "changes the repository by itself", Effect.NEEDS_APPROVAL),
        (
            r"\bgit\s+(?:reset\s+--hard|clean\s+-\w*f|push\s+.*(?:--force|-f\b|\s\+)|checkout\s+--|restore|stash\s+(?:drop|clear))",
            "throws away work",
            Effect.BLOCK,
        ),
    )
)


def windows_dangers(text: str) -> list[Danger]:
    """What a script of PowerShell or of the command prompt does."""
    return list(_dangers(text))


def _dangers(text: str) -> Iterator[Danger]:
    # a backtick or a caret inside a word, and quotes joined by a plus, are how names are hidden there
    plain = re.sub(r"(?<=\w)[`^](?=\w)|['\"]\s*\+\s*['\"]", "", text)
    for number, line in enumerate(plain.split("\n"), 1):
        command = line.strip()
        if command.startswith("#") or re.match(r"(?i)(?:rem\b|::)", command):
            continue
        if re.search(r"&\s*\(|\.\s*\(\s*[\"'$]|&\s*\$\w+", command):
            says = "runs a command whose name is computed, so that nobody can read it"
            yield Danger(f"windows {says}: {command}", number, f"the command `{command[:70]}` {says}", Effect.BLOCK)
        for pattern, says, effect in _RULES:
            if pattern.search(command):
                yield Danger(f"windows {says}: {command}", number, f"the command `{command[:70]}` {says}", effect)
