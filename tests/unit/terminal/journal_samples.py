"""Journals as terminals of several ages write them, made here from their forms: nobody's real file."""

import codecs
from dataclasses import dataclass, field

LOGIN = 5001
SERVER = "Demo-Server"


@dataclass
class JournalWriter:
    """Writes lines in time order; every method is one thing that happens to a terminal."""

    build: int = 5260
    product: str = "MetaTrader 5"
    company: str = "Example Broker Ltd."
    tag: str = "QX"
    now_ms: int = 8 * 3_600_000
    lines: list[str] = field(default_factory=list)

    def line(self, category, text, level=0, after_ms=40):
        self.now_ms += after_ms
        seconds, milli = divmod(self.now_ms, 1000)
        clock = f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milli:03d}"
        self.lines.append(f"{self.tag}\t{level}\t{clock}\t{category}\t{text}")
        return self

    def pause(self, seconds):
        self.now_ms += seconds * 1000
        return self

    def start(self):
        owner = f"for {self.company}" if self.build > 2200 else f"({self.company})"
        self.line("Terminal", f"{self.product} x64 build {self.build} started {owner}", after_ms=2000)
        self.line("Terminal", "Windows 10 build 19045, 4 x Example CPU, AVX2, 2 / 7 Gb memory, UAC, GMT+1")
        return self.line("Terminal", "C:\\mt5_users\\user_1")

    def login(self, login=LOGIN, server=SERVER, form=0):
        tail = ["", " through Access Point EU 1", " through Access Point EU 1 (ping: 38.19 ms, build 4755)"][form]
        self.line("Network", f"'{login}': authorized on {server}{tail}", after_ms=900)
        self.line(
            "Network", f"'{login}': previous successful authorization performed from 192.0.2.7 on 2026.01.01 10:00:00"
        )
        self.line(
            "Network",
            f"'{login}': terminal synchronized with {self.company}: 0 positions, 1 orders, 99 symbols, 0 spreads",
        )
        mode = "trading has been enabled, demo account - hedging mode" if form else "trading has been enabled"
        return self.line("Network", f"'{login}': {mode}")

    def load(self, robot="Robot_7_a", symbol="EURUSD", timeframe="H1"):
        return self.line("Experts", f"expert {robot} ({symbol},{timeframe}) loaded successfully")

    def remove(self, robot="Robot_7_a", symbol="EURUSD", timeframe="H1"):
        return self.line("Experts", f"expert {robot} ({symbol},{timeframe}) removed")

    def exit(self):
        if self.build < 2000:
            return self.line("Terminal", "exit initiated").line("Terminal", "stopped", after_ms=300)
        self.line("Terminal", "exit with code 0")
        if self.build < 2200:
            return self.line("Terminal", "stopped", after_ms=300)
        return self.line("Terminal", "stopped with 0", after_ms=300).line("Terminal", "shutdown with 0", after_ms=200)

    def text(self):
        return "".join(f"{line}\r\n" for line in self.lines)

    def data(self):
        return codecs.BOM_UTF16_LE + self.text().encode("utf-16-le", "surrogatepass")

    def save(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data())
        return path
