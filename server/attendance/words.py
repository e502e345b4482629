"""What a sheet says, in each language. Names of days and months are Babel's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.attendance.sheet import Language


@dataclass(frozen=True)
class Words:
    """The texts of one language."""

    locale: str
    heading: str
    date: str
    time: str
    place: str
    meeting: str
    present: str
    people: str
    until: str
    """Between two times or days."""
    until_end: str
    """Instead of the time at which a meeting ends that still goes on."""
    number: str
    name: str
    unit: str
    position: str
    phone: str
    role: str
    device: str
    attended: str
    """Over first arrival and last departure together."""
    arrived: str
    left: str
    still_here: str
    total: str
    visits: str
    came: str
    """How often somebody came in, with a place for ``visits``."""
    signature: str
    hours: str
    minutes: str
    chair: str
    minutes_by: str
    page: str
    """With places for ``page`` and ``pages``."""
    roles: Mapping[str, str]
    devices: Mapping[str, str]


WORDS: Mapping[Language, Words] = {
    "id": Words(
        locale="id",
        heading="DAFTAR HADIR",
        date="Hari/Tanggal",
        time="Waktu",
        place="Tempat",
        meeting="Acara",
        present="Jumlah hadir",
        people="orang",
        until="s.d.",
        until_end="selesai",
        number="No.",
        name="Nama",
        unit="Unit Kerja",
        position="Jabatan",
        phone="Telepon",
        role="Peran",
        device="Perangkat",
        attended="Waktu Hadir",
        arrived="Masuk",
        left="Keluar",
        still_here="masih hadir",
        total="Durasi",
        visits="Kali masuk",
        came="{visits} kali masuk",
        signature="Tanda Tangan",
        hours="jam",
        minutes="mnt",
        chair="Pimpinan Rapat",
        minutes_by="Notulis",
        page="Halaman {page} dari {pages}",
        roles={"host": "Pimpinan", "cohost": "Wakil pimpinan", "participant": "Peserta", "listener": "Pendengar"},
        devices={"browser": "Peramban", "phone": "Telepon"},
    ),
    "en": Words(
        locale="en_GB",
        heading="ATTENDANCE LIST",
        date="Date",
        time="Time",
        place="Place",
        meeting="Meeting",
        present="Present",
        people="people",
        until="to",
        until_end="open end",
        number="No.",
        name="Name",
        unit="Unit",
        position="Position",
        phone="Telephone",
        role="Role",
        device="Device",
        attended="Attended",
        arrived="Arrived",
        left="Left",
        still_here="still here",
        total="Duration",
        visits="Times joined",
        came="joined {visits} times",
        signature="Signature",
        hours="h",
        minutes="min",
        chair="Chair",
        minutes_by="Minutes taken by",
        page="Page {page} of {pages}",
        roles={"host": "Host", "cohost": "Co-host", "participant": "Participant", "listener": "Listener"},
        devices={"browser": "Browser", "phone": "Telephone"},
    ),
}
