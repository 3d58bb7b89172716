//! What MSH-18 makes of the bytes.

use hl7v2::{Charset, CharsetTrouble, Charsets, Decoded, decode};

fn message(charset: &str, name: &[u8]) -> Vec<u8> {
    [b"MSH|^~\\&|HIS|HOSP|LAB|LAB|2026||ADT^A01|1|P|2.5.1||||||", charset.as_bytes(), b"\rPID|", name, b"\r"].concat()
}

fn read(bytes: &[u8], charsets: Charsets) -> (String, Charset, Vec<CharsetTrouble>) {
    let Decoded { text, charset, troubles } = decode(bytes, &charsets).unwrap();
    let name = text.split("PID|").nth(1).unwrap().trim_end().to_owned();
    (name, charset, troubles)
}

/// The bytes are those of the published code tables.
#[test]
fn each_character_set_reads_its_own_bytes() {
    for (named, bytes, expected) in [
        ("8859/1", &b"M\xFCller"[..], "Müller"),
        ("8859/2", b"\xA3\xF3d\xBC", "Łódź"),
        ("8859/5", b"\xB8\xD2\xD0\xDD", "Иван"),
        ("8859/7", b"\xC1\xE8\xDE\xED\xE1", "Αθήνα"),
        ("8859/8", b"\xE9\xE5\xF0\xE4", "יונה"),
        ("8859/9", b"\xDE\xFD\xF0", "Şığ"),
        ("8859/15", b"\xA4\xBD", "€œ"),
        ("ISO-8859-1", b"\xE5", "å"),
        ("8859/1~ISO IR87", b"\xE5", "å"),
        ("UNICODE UTF-8", "Ångström 北".as_bytes(), "Ångström 北"),
        ("UNICODE", "Żółć".as_bytes(), "Żółć"),
        ("UTF-8", "é".as_bytes(), "é"),
    ] {
        let (name, _, troubles) = read(&message(named, bytes), Charsets::default());
        assert_eq!((name.as_str(), troubles.as_slice()), (expected, &[][..]), "{named}");
    }
}

#[test]
fn where_nothing_is_said_or_ascii_the_connections_default_holds() {
    let latin = Charsets { default: Charset::LATIN_1, fallback: None };
    for named in ["", "ASCII", "ISO IR6"] {
        assert_eq!(read(&message(named, b"M\xFCller"), latin), ("Müller".to_owned(), Charset::LATIN_1, vec![]), "{named}");
        assert_eq!(read(&message(named, "Müller".as_bytes()), Charsets::default()).0, "Müller", "{named}");
    }
    let said = read(&message("UNICODE UTF-8", "Müller".as_bytes()), latin);
    assert_eq!((said.0.as_str(), said.1), ("Müller", Charset::UTF_8), "what the message says comes first");
}

#[test]
fn bytes_of_another_set_are_read_by_the_fallback_and_flagged() {
    let bytes = message("UNICODE UTF-8", b"\xA3\xF3d\xBC");
    let polish = Charset::named("8859/2").unwrap();
    let (name, charset, troubles) = read(&bytes, Charsets { default: Charset::UTF_8, fallback: polish });
    assert_eq!((name.as_str(), charset.name()), ("Łódź", "ISO-8859-2"));
    assert_eq!(troubles, [CharsetTrouble::Undecodable { expected: "UTF-8", used: "ISO-8859-2" }]);
    // Where the fallback does not fit either, every byte still becomes a character.
    let (name, _, troubles) = read(&bytes, Charsets { default: Charset::UTF_8, fallback: Some(Charset::UTF_8) });
    assert_eq!((name.as_str(), troubles.len()), ("£ód¼", 1));
}

#[test]
fn a_set_we_do_not_have_is_named_and_utf_16_is_one_of_them() {
    for named in ["UNICODE UTF-16", "UNICODE UTF-32", "ISO IR87", "8859/12", "8859/99", "EBCDIC", "/", "8859"] {
        let (name, charset, troubles) = read(&message(named, "é".as_bytes()), Charsets::default());
        assert_eq!((name.as_str(), charset), ("é", Charset::UTF_8), "{named}: the connection's default");
        assert_eq!(troubles, [CharsetTrouble::Unsupported { named: named.to_owned() }]);
    }
}
