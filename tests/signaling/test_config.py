"""The settings: who comes before whom, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from signaling.config import OPTIONS, Config, ConfigError, load


def test_the_defaults() -> None:
    assert load({}, {}) == Config(
        host="::",
        port=8443,
        media_port=8444,
        public_ip=(),
        data_dir=Path("data"),
        database=None,
        time_zone="Asia/Makassar",
        file_mb=25,
        file_days=30,
        video_slots=10,
        video_codecs=("VP8", "H264", "VP9", "AV1"),
        workers=1,
        drain_seconds=10,
        tls="self-signed",
        sip=None,
        phone_numbers=(),
        phone_ports=range(30_000, 30_200),
        phone_language="id",
        phone_names=None,
        log_level="info",
    )


def test_command_line_before_environment_before_file_before_default(tmp_path: Path) -> None:
    file = tmp_path / "balai.toml"
    file.write_text('port = 1\nmedia_port = 2\nvideo_slots = 3\npublic_ip = ["203.0.113.7", "2001:db8::7"]\n')
    environment = {"BALAI_PORT": "11", "BALAI_MEDIA_PORT": "12", "BALAI_CONFIG": str(file)}
    config = load({"port": "21"}, environment)
    assert (config.port, config.media_port, config.video_slots) == (21, 12, 3)
    assert config.public_ip == ("203.0.113.7", "2001:db8::7")
    assert config.tls == "self-signed"


def test_codecs_are_given_in_the_order_of_preference_with_commas_or_as_a_list(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('video_codecs = ["AV1", "VP8"]\n')
    assert load({}, {}, str(tmp_path / "a.toml")).video_codecs == ("AV1", "VP8")
    assert load({}, {"BALAI_VIDEO_CODECS": "VP9, H264"}).video_codecs == ("VP9", "H264")


def test_the_file_named_on_the_command_line_is_read_instead_of_the_environments(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("port = 1\n")
    (tmp_path / "b.toml").write_text("port = 2\n")
    assert load({}, {"BALAI_CONFIG": str(tmp_path / "a.toml")}, str(tmp_path / "b.toml")).port == 2


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load({}, {f"BALAI_{name.upper()}": "" for name in OPTIONS} | {"BALAI_CONFIG": ""}) == load({}, {})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[(port, bad) for port in ("port", "media_port") for bad in ("-1", "65536", "http", "80.0", " 80", "٣")],
        *[("host", bad) for bad in ("example.org", "1.2.3", "[::]")],
        *[("public_ip", bad) for bad in ("here", "0.0.0.0", "::", "203.0.113.7;203.0.113.8", ",")],
        *[("video_slots", bad) for bad in ("0", "50", "nine")],
        *[("video_codecs", bad) for bad in ("MPEG2", "VP8,", "vp8", "VP8,VP8", "VP8;VP9", ",")],
        *[("workers", bad) for bad in ("0", "65", "all")],
        *[("tls", bad) for bad in ("on", "OFF", "letsencrypt")],
        ("log_level", "loud"),
        *[(file, bad) for file in ("sip", "phone_names") for bad in ("/nowhere", ".")],
        *[("phone_numbers", bad) for bad in ("0", "here", "+62361234567,", "1001")],
        *[("phone_ports", bad) for bad in ("30000", "30000-29999", "80-90", "30000-70000", "a-b", "-")],
        ("phone_language", "de"),
        ("data_dir", __file__),
    ],
)
def test_a_bad_value_is_refused_with_its_source_the_value_and_the_mend(option: str, value: str) -> None:
    for source, given, environment in (
        ("--" + option.replace("_", "-"), {option: value}, {}),
        (f"BALAI_{option.upper()}", {}, {f"BALAI_{option.upper()}": value}),
    ):
        with pytest.raises(ConfigError) as refused:
            load(given, environment)
        line = str(refused.value)
        assert line.startswith(f"{source} can't be {value!r}: ")
        assert any(mend in line.split(": ", 1)[1] for mend in ("give ", "choose "))
        assert "\n" not in line


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("prot = 1", "'prot'"),
        ("port = true", "port in"),
        ("port = 1.5", "port in"),
        ("port = [1]", "port in"),
        ("data_dir = 5", "data_dir in"),
        ("tls = false", "tls in"),
        ('public_ip = [""]', "public_ip in"),
        ("port = ", "not TOML"),
        ("\x00", "not TOML"),
        ("[server]\nport = 1", "'server'"),
    ],
)
def test_a_bad_file_is_refused_with_its_path(tmp_path: Path, toml: str, words: str) -> None:
    file = tmp_path / "balai.toml"
    file.write_text(toml)
    with pytest.raises(ConfigError) as refused:
        load({}, {}, str(file))
    assert str(file) in str(refused.value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_missing_a_folder_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.toml", tmp_path, tmp_path / "binary"):
        with pytest.raises(ConfigError, match=str(path)):
            load({}, {}, str(path))


def test_an_unknown_variable_of_ours_is_refused_and_others_are_not_our_affair() -> None:
    with pytest.raises(ConfigError, match="BALAI_PROT is not a setting; there are BALAI_HOST, BALAI_PORT"):
        load({}, {"BALAI_PROT": "1"})
    load({}, {"PORT": "x", "BALAI": "x"})
