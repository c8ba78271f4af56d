"""What the fuzzer begins with, by target. Imports nothing: targets are instrumented as they load."""

SEEDS: dict[str, tuple[bytes, ...]] = {
    "lines": (
        b"A0CAB86701B0A3A00000000924300\r\n",
        b"A1A0D84002370D80000001100A94B4551303633313338364006000000\r\n",
        b"V 1.67 nanoCUL868\r\n21  900\r\nERR:CCA\r\nLOVF\r\n? (A is unknown)\r\n",
    ),
    "messages": (
        b"\x0f\xb4\x86\x10\x23\x5a\x45\x00\x00\x00\x0a\x94\xbf\x10\x14\x26",
        b"\x0e\x1c\x80\x02\x1f\xb7\x4a\x63\x19\x63\x01\x01\x00\x80\x14",
        b"\x13\x01\x14\x41\x44\xe3\x47\x44\xe3\x47\x01\x01\x96\x00\x00\x04\x8b\xaf\x3b\x0e",
        b"\x15\x09\xa0\x11\x63\x19\x64\x23\x5a\x45\x82\x04\x22\x14\x0c\x1a\x2f\x01\x1a\x34\x00\x00",
        b"\x10\x8d\xa0\x53\x12\x23\x34\x11\x59\x19\x01\x47\x02\x00\xb0\x6c\x45",
        b"\x0c\x11\xa4\x10\x12\x34\x56\xab\xcd\xef\x06\x02\x2a",
        b"\x17\x01\x84\x00\x1f\xb7\x4a\x00\x00\x00\x14\x00\x42" + b"KEQ0631386" + b"\xcd",
    ),
    "uart": (
        bytes.fromhex("FD000D000000436F5F4350555F417070D831"),
        bytes.fromhex("FD0006010600FC7DB02CD166"),
        bytes.fromhex("FD00100108040701010001FFFFFFFFFFFFFFFFCAAF"),
        bytes.fromhex("FD001401050300112233445566778899AABBCCDDEEFF024C6D"),
        bytes.fromhex("000503002494840026219BFC7D00011000AD4C4551303030333835365803FFFF"),
        bytes.fromhex("0101020701024142" + "0102030743"),
    ),
    "remote": (
        bytes([8])
        + bytes([0, 0, 0, 1, 0, 0, 0, 54])
        + b'{"id":"AAECAwQFBgcICQoLDA0ODw","name":"health","body":{}}',
        bytes([1]) + bytes([0, 0, 0, 0, 0, 0, 0, 14]) + b'{"client":"a"}',
        bytes([12, 0, 0, 0, 1, 0, 0, 0, 4, 0, 1, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0]),
        b"homebase:pair:1:QwRiSNbudF3GJHVjIZomqT2O8YwpTAUDfjRJWkPRrQU:YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8"
        b":AAECAwQFBgc:QEFCQ0RFRkdISUpLTE1OTw::h,http://127.0.0.1:8080;r,relay.example,8883,443,"
        b"EBESExQVFhcYGRobHB0eHw,3,AAAAAAAAAAAAAAAAAAAAAA",
    ),
    "bidcos": (b"\x01\x80\x02\x10\x00\x01\x01\xc8\x00\x30" * 4, b"\x02\xa2\x41\x20\x01\x07\xc8" * 5),
}
