//! Questions in Kafka's own protocol over a plain socket: those that the client library does not know how to ask.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use kafka_protocol::messages::{RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{
    Decodable as _, HeaderVersion as _, Request, StrBytes, encode_request_header_into_buffer,
};

/// The longest answer that is taken: the metadata of a hundred thousand partitions is shorter.
const LONGEST: usize = 64 << 20;

/// Asks one broker one question on a connection of its own, and returns the answer. Every step waits `patience` at most.
///
/// # Errors
/// The broker cannot be reached, hangs up (as it does on a version that it does not know) or is silent.
pub(super) fn ask<Q: Request>(
    broker: SocketAddr,
    request: &Q,
    version: i16,
    patience: Duration,
) -> io::Result<Q::Response> {
    let mut stream = TcpStream::connect_timeout(&broker, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    stream.set_nodelay(true)?;
    stream.write_all(&frame(request, version)?)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(io::Error::other("an answer that is no answer of Kafka's"));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    let mut rest = bytes.as_slice();
    ResponseHeader::decode(&mut rest, Q::Response::header_version(version)).map_err(odd)?;
    Q::Response::decode(&mut rest, version).map_err(odd)
}

/// The request as it goes over the wire, its length in front.
fn frame<Q: Request>(request: &Q, version: i16) -> io::Result<Vec<u8>> {
    let header = RequestHeader::default()
        .with_request_api_key(Q::KEY)
        .with_request_api_version(version)
        .with_client_id(Some(StrBytes::from_static_str("linger")));
    let mut bytes = vec![0; 4];
    encode_request_header_into_buffer(&mut bytes, &header).map_err(odd)?;
    request.encode(&mut bytes, version).map_err(odd)?;
    let length = u32::try_from(bytes.len() - 4).map_err(io::Error::other)?;
    if let Some(first) = bytes.first_chunk_mut() {
        *first = length.to_be_bytes();
    }
    Ok(bytes)
}

fn odd(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use kafka_protocol::messages::{MetadataRequest, MetadataResponse};
    use kafka_protocol::protocol::Encodable as _;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn a_question_and_its_answer_are_kafkas() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let broker = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 12];
            stream.read_exact(&mut head).unwrap();
            // Correlation 0, no tags, then the answer.
            let mut answer = vec![0; 9];
            let response = MetadataResponse::default().with_controller_id(3.into());
            response.encode(&mut answer, 12).unwrap();
            let length = u32::try_from(answer.len() - 4).unwrap();
            answer[..4].copy_from_slice(&length.to_be_bytes());
            stream.write_all(&answer).unwrap();
            // Open until the answer is read: closing on what was not read would take it back.
            (head, stream)
        });
        let answer = ask(address, &MetadataRequest::default(), 12, PATIENCE).unwrap();
        assert_eq!(answer.controller_id.0, 3);
        let (head, _stream) = broker.join().unwrap();
        // API 3, version 12.
        assert_eq!(head[4..8], [0, 3, 0, 12]);
    }

    #[test]
    fn what_is_no_broker_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&[0xff; 64]).unwrap();
            stream
        });
        let error = ask(address, &MetadataRequest::default(), 12, PATIENCE).unwrap_err();
        assert!(error.to_string().contains("Kafka"), "{error}");
        drop(other.join().unwrap());
    }
}
