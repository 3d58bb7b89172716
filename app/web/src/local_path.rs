//! Addresses inside this server: the only ones we ever send anybody to.

/// Longest address we send anybody to.
const LOCAL_BYTES_MAX: usize = 1024;

/// The address, if it is a page of this server; else the results page. Whoever follows a link to our sign-in page must end up with us:
/// browsers read `//host`, `/\host` and a tab or line break inside as ways to another server.
pub(crate) fn local_or_home(wanted: &str) -> &str {
    let plain = wanted.len() <= LOCAL_BYTES_MAX && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let local = wanted.starts_with('/') && !wanted.starts_with("//");
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    let is_page = !matches!(path, "/sign-in" | "/sign-out" | "/events" | "/locked" | "/lock" | "/unlock" | "/in-use" | "/password");
    if plain && local && is_page { wanted } else { "/" }
}

/// A text as one part of an address: everything but letters, digits, `-`, `.`, `_` and `~` is written in per cent.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_server_are_followed() {
        for local in ["/", "/tasks", "/orders/26-000001-N?placed=1", "/find?code=%2F%2Fevil", "/a//b"] {
            assert_eq!(local_or_home(local), local);
        }
        let long = format!("/{}", "a".repeat(LOCAL_BYTES_MAX));
        for elsewhere in [
            "",
            "tasks",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/ok\r\nSet-Cookie: a=b",
            "/täsks",
            "/sign-in",
            "/sign-in?next=/sign-in",
            "/sign-out",
            "/events",
            "/locked?next=/locked",
            "/password",
            &long,
        ] {
            assert_eq!(local_or_home(elsewhere), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn a_part_of_an_address_cannot_leave_its_place() {
        assert_eq!(encode("26-000001-N"), "26-000001-N");
        assert_eq!(encode("/?a=b&c#é"), "%2F%3Fa%3Db%26c%23%C3%A9");
        assert_eq!(encode("../x y"), "..%2Fx%20y");
    }
}
