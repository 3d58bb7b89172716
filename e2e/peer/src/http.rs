//! A small blocking HTTP/1.1 client: one connection kept open, a bearer token, lengths and chunks.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The most bytes of a body that are read.
const BODY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most bytes of all header lines together.
const HEAD_BYTES_MAX: u64 = 64 * 1024;

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code, e.g. 201.
    pub status: u16,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// A program with a token, talking to one server.
#[derive(Debug)]
pub struct Http {
    address: SocketAddr,
    token: String,
    wait: Duration,
    kept: Option<BufReader<TcpStream>>,
}

impl Http {
    /// Connects on first use; each answer is waited for at most 60 s.
    #[must_use]
    pub fn new(address: SocketAddr, token: &str) -> Http {
        Http { address, token: token.to_owned(), wait: Duration::from_secs(60), kept: None }
    }

    /// GET of a path.
    ///
    /// # Errors
    /// The server does not answer, or not in HTTP.
    pub fn get(&mut self, path: &str) -> io::Result<Response> {
        self.request("GET", path, "")
    }

    /// POST of a JSON body.
    ///
    /// # Errors
    /// The server does not answer, or not in HTTP.
    pub fn post(&mut self, path: &str, body: &str) -> io::Result<Response> {
        self.request("POST", path, body)
    }

    fn request(&mut self, method: &str, path: &str, body: &str) -> io::Result<Response> {
        let mut stream = match self.kept.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.address,
            self.token,
            body.len()
        );
        stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        let (response, keep) = read_response(&mut stream)?;
        if keep {
            self.kept = Some(stream);
        }
        Ok(response)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, self.wait)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.wait))?;
        stream.set_write_timeout(Some(self.wait))?;
        Ok(BufReader::new(stream))
    }
}

/// What the header lines say about the body.
#[derive(Default)]
struct Head {
    status: u16,
    length: u64,
    chunked: bool,
    close: bool,
}

fn read_response(stream: &mut impl BufRead) -> io::Result<(Response, bool)> {
    let head = read_head(&mut stream.take(HEAD_BYTES_MAX))?;
    if head.length > BODY_BYTES_MAX {
        return Err(wrong("the body is longer than 64 MiB"));
    }
    let body = if head.chunked { read_chunks(stream)? } else { read_exactly(stream, head.length)? };
    Ok((Response { status: head.status, body: String::from_utf8_lossy(&body).into_owned() }, !head.close))
}

fn read_head(lines: &mut impl BufRead) -> io::Result<Head> {
    let status = line(lines)?;
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| wrong("the first line is not HTTP"))?;
    let mut head = Head { status, ..Head::default() };
    loop {
        let text = line(lines)?;
        if text.is_empty() {
            return Ok(head);
        }
        let (name, value) = text.split_once(':').ok_or_else(|| wrong("a header line has no colon"))?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => head.length = value.parse().map_err(|_| wrong("the content length is not a number"))?,
            "transfer-encoding" => head.chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => head.close = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(&mut stream.take(HEAD_BYTES_MAX))?;
        let size = size.split(';').next().and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
        let size = size.filter(|size| *size <= BODY_BYTES_MAX).ok_or_else(|| wrong("a chunk has no size"))?;
        body.extend(read_exactly(stream, size)?);
        line(&mut stream.take(HEAD_BYTES_MAX))?;
        if size == 0 {
            return Ok(body);
        }
        if body.len() as u64 > BODY_BYTES_MAX {
            return Err(wrong("the body is longer than 64 MiB"));
        }
    }
}

fn read_exactly(stream: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn line(lines: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    if lines.read_line(&mut text)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<(Response, bool)> {
        read_response(&mut &*bytes)
    }

    #[test]
    fn a_body_with_a_length() {
        let (response, keep) = read(b"HTTP/1.1 201 Created\r\ncontent-length: 4\r\nX: y\r\n\r\n{\"\"}next").unwrap();
        assert_eq!((response.status, response.body.as_str(), keep), (201, "{\"\"}", true));
    }

    #[test]
    fn a_body_in_chunks_on_a_connection_that_closes() {
        let text =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n";
        let (response, keep) = read(text).unwrap();
        assert_eq!((response.body.as_str(), keep), ("abc0123456789", false));
    }

    #[test]
    fn what_is_not_http_or_cut_short_is_an_error() {
        for text in [
            &b""[..],
            b"hello\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ] {
            assert!(read(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }
}
