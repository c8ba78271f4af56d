// Six words for a handshake, to be compared by people: 48 bits. Pure but for the hash.
// Source: docs/protocols/remote.md, "Six words".

import { type Bytes, utf8 } from "../gate/bytes";
import { hkdf } from "./crypto";

const COUNT = 6;
export const WORDS: readonly string[] = `
  alarm album apart arena aroma atlas atom auto baby backup balkon ball bambus banane band bar baron base beat
  bikini biotop blues bonus boxer brief cafe camping canyon charme chef chip chor clown code comic cousin dame
  debatte delta detail diesel dinner dogma dollar domino drama duett echo elegant element elf emir energie engel
  etage export fabel fair fan farm fasan fest film final finger flamme flora forum fuchs galerie genie gnom golf
  gramm graphit gummi guru hafen hammer hektar hippie hobby hotel humor husar idol igel iglu import index interim
  iris jaguar jazz jeans jogging jubel judo jury kaffee kaktus kamera kanal kasino kayak kiosk kiwi klima koala
  kobra kolonie komet konto krokus kultur laser lasso lava lift limit linse liter lotus lyrik magma magnet mais
  mango mantel matrix medium melone mentor minus mixer mobil modem mohair monster motor museum nadel natur neon
  nickel ninja norm novum oboe oktave olive omega onkel opal opera orbit organ otter oxid ozon paket palme panda
  panik panther papier park patent pause pelikan pilot pirat pixel planet plus polo ponton popcorn poster prinz
  problem prosa puls puma quadrat quiz rabe radar radio reis ring robot rodeo roman rose ruine safari saft salat
  salto satellit sauna sektor sensor serie silo simpel skala ski skript slogan sofa sonate sport star steppe stern
  summe symbol system taifun takt taxi tempo tenor tiger titan toast tornado tour transit trend tunnel turban
  ultra union vakuum ventil veto video villa violine visum vulkan wagen wasser weste winter wunder zebra zement
  zenit zentrum zirkus zone zoom
`
  .trim()
  .split(/\s+/);

/** The six words of a handshake's hash. */
export async function sixWords(handshakeHash: Bytes): Promise<string[]> {
  const indices = await hkdf(handshakeHash, new Uint8Array(0), utf8("words"), COUNT);
  return [...indices].map((index) => WORDS[index] ?? "");
}
