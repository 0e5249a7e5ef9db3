"""What came of a scan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from leaks.canaries import Found


@dataclass(frozen=True)
class Leak:
    """Somebody was answered with what is not theirs."""

    user: str
    document: str
    found: Found
    asked: str

    def __str__(self) -> str:
        hit = self.found.hit
        return (
            f"{self.user} was shown {hit.canary} of {hit.owner} in {self.found.coordinate} at "
            f"{self.found.path}, by the document {self.document!r} with {self.asked}"
        )


@dataclass
class Report:
    """leaks    what may not have been answered
    faults   answers that prove nothing, and counts that are too high
    asked    how often each user was answered to each document
    choices  of arguments, each once
    seen     how many answers to a user held something of an owner
    filled   coordinates that held something for somebody who sees both plants
    """

    responses: int = 0
    characters: int = 0
    seconds: float = 0.0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    choices: set[int] = field(default_factory=set)
    codes: Counter[str] = field(default_factory=Counter)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    filled: set[str] = field(default_factory=set)
    leaks: list[Leak] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def hear(self, user: str, document: str, asked: str, text: str) -> None:
        self.responses += 1
        self.characters += len(text)
        self.asked[user, document] += 1
        self.choices.add(hash((document, asked)))

    def __str__(self) -> str:
        where = Counter(f"{each.found.coordinate} to {each.user}" for each in self.leaks)
        return "\n".join(
            [
                f"{self.responses} responses ({self.characters / 1e6:.0f} MB) in "
                f"{self.seconds:.0f} s: {len({name for _, name in self.asked})} documents x "
                f"{len({user for user, _ in self.asked})} users, {len(self.choices)} different "
                f"choices of arguments; errors {dict(self.codes)}; {len(self.leaks)} foreign "
                f"canaries, {len(self.faults)} faults",
                *(f"  {count} x {each}" for each, count in where.most_common(20)),
                *(f"  {each}" for each in [*self.leaks[:10], *self.faults[:10]]),
            ]
        )
