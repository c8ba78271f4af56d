"""Six words for a handshake, to be compared by people: 48 bits, one of 256 words for each byte. Pure.

The list is our own: words of German that a reader of English knows or reads aloud without trouble, each told
from all others by its first four letters.
Source: docs/protocols/remote.md, "Six words".
"""

from .keys import hkdf

COUNT = 6
_LIST = """
    alarm album apart arena aroma atlas atom auto baby backup balkon ball bambus banane band bar baron
    base beat bikini biotop blues bonus boxer brief cafe camping canyon charme chef chip chor clown code
    comic cousin dame debatte delta detail diesel dinner dogma dollar domino drama duett echo elegant
    element elf emir energie engel etage export fabel fair fan farm fasan fest film final finger flamme
    flora forum fuchs galerie genie gnom golf gramm graphit gummi guru hafen hammer hektar hippie hobby
    hotel humor husar idol igel iglu import index interim iris jaguar jazz jeans jogging jubel judo jury
    kaffee kaktus kamera kanal kasino kayak kiosk kiwi klima koala kobra kolonie komet konto krokus
    kultur laser lasso lava lift limit linse liter lotus lyrik magma magnet mais mango mantel matrix
    medium melone mentor minus mixer mobil modem mohair monster motor museum nadel natur neon nickel
    ninja norm novum oboe oktave olive omega onkel opal opera orbit organ otter oxid ozon paket palme
    panda panik panther papier park patent pause pelikan pilot pirat pixel planet plus polo ponton
    popcorn poster prinz problem prosa puls puma quadrat quiz rabe radar radio reis ring robot rodeo
    roman rose ruine safari saft salat salto satellit sauna sektor sensor serie silo simpel skala ski
    skript slogan sofa sonate sport star steppe stern summe symbol system taifun takt taxi tempo tenor
    tiger titan toast tornado tour transit trend tunnel turban ultra union vakuum ventil veto video
    villa violine visum vulkan wagen wasser weste winter wunder zebra zement zenit zentrum zirkus zone
    zoom
"""
WORDS = tuple(_LIST.split())


def words(handshake_hash: bytes) -> tuple[str, ...]:
    """The six words of a handshake's hash."""
    return tuple(WORDS[byte] for byte in hkdf(handshake_hash, b"", b"words", COUNT))
