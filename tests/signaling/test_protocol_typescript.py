"""The client's types are what the server's messages say."""

from signaling.protocol_typescript import TARGET, generate


def test_the_generated_file_has_not_drifted() -> None:
    assert TARGET.read_text() == generate(), "run python -m signaling.protocol_typescript"


def test_every_message_and_its_fields_are_there() -> None:
    source = generate()
    for line in (
        'type: "join";', "resume?: string | null;", "participants: Participant[];", 'code: ErrorCode;',
        "dominant: string | null;", "export type ClientMessage =",
    ):  # fmt: skip
        assert line in source
