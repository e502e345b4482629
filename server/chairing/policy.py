"""What a meeting's chair leaves open to those who don't chair it."""

from __future__ import annotations

from dataclasses import dataclass

from server.roles import Power, Role, is_chair, may


@dataclass(frozen=True)
class Policy:
    """The switches of one meeting."""

    lobby: bool = False
    """Newcomers wait until they are admitted."""
    locked: bool = False
    """Nobody comes in any more, the lobby included."""
    speak: bool = True
    """People may unmute themselves; otherwise only whom the chair asks to, or gives the floor."""
    show: bool = True
    """People may switch their cameras on."""
    share: bool = True
    """People may share their screens."""
    several_screens: bool = False
    """More than one screen may be shared at a time."""
    chat: bool = True
    """People may write to everybody."""
    private_chat: bool = True
    """People may write to each other. To a chair they always may."""
    files: bool = True
    """People may send files."""
    react: bool = True
    """People may send reactions."""
    ask_unit: bool = False
    """Unit and position are asked of whoever joins."""


_SWITCHES = {
    Power.SPEAK: "speak",
    Power.SHOW: "show",
    Power.SHARE: "share",
    Power.CHAT: "chat",
    Power.CHAT_PRIVATELY: "private_chat",
    Power.SEND_FILES: "files",
    Power.REACT: "react",
}


def permits(policy: Policy, role: Role, power: Power) -> bool:
    """Whether a role may use a power in a meeting with this policy. Chairs are above the switches."""
    if not may(role, power):
        return False
    switch = _SWITCHES.get(power)
    return switch is None or is_chair(role) or bool(getattr(policy, switch))
