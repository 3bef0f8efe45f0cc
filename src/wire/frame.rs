//! Frames: four bytes of length, then the message; and the head of a request.

use std::io::{self, Read};

/// The longest frame that is passed. Kafka's brokers refuse requests beyond 100 MiB, and answers hold about as much as was asked
/// for. A TLS greeting, read as a length, is longer.
pub(super) const LONGEST: usize = 256 << 20;
/// How much room a frame gets before its bytes are there: a length alone must not cost memory.
const FIRST_ROOM: usize = 64 << 10;

/// Why no frame could be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// A length that is negative or beyond [`LONGEST`].
    #[error(
        "a frame of {0} bytes: not Kafka's protocol without TLS, which is all that the wire takes from clients"
    )]
    Length(i32),
    /// The connection failed, or ended inside a frame.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Reads one frame, its length in front included; `None` at the end of the connection.
pub(super) fn read(from: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = [0; 4];
    let first = from.read(&mut length)?;
    if first == 0 {
        return Ok(None);
    }
    from.read_exact(&mut length[first..])?;
    let told = i32::from_be_bytes(length);
    let size = usize::try_from(told).ok().filter(|&size| size <= LONGEST);
    let size = size.ok_or(FrameError::Length(told))?;
    let mut frame = Vec::with_capacity(4 + size.min(FIRST_ROOM));
    frame.extend_from_slice(&length);
    let read = from.take(size as u64).read_to_end(&mut frame)?;
    if read < size {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(Some(frame))
}

/// Writes the length of a frame, which has changed, into its first four bytes.
pub(super) fn measure(frame: &mut [u8]) {
    if let Some((length, body)) = frame.split_first_chunk_mut::<4>() {
        // A frame begins below `LONGEST`, and edits add a few bytes.
        *length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    }
}

/// The head of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Which API.
    pub key: i16,
    /// Which version of it.
    pub version: i16,
    /// The number that the answer repeats.
    pub correlation: i32,
}

/// The head of a request's frame; `None` when it is too short for one.
pub(super) fn head(frame: &[u8]) -> Option<Head> {
    Some(Head {
        key: int16(frame, 4)?,
        version: int16(frame, 6)?,
        correlation: int32(frame, 8)?,
    })
}

/// The number that an answer repeats.
pub(super) fn correlation(answer: &[u8]) -> Option<i32> {
    int32(answer, 4)
}

/// Two bytes as a number.
pub(super) fn int16(bytes: &[u8], at: usize) -> Option<i16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(i16::from_be_bytes(*bytes))
}

/// Four bytes as a number.
pub(super) fn int32(bytes: &[u8], at: usize) -> Option<i32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(i32::from_be_bytes(*bytes))
}

/// Eight bytes as a number.
pub(super) fn int64(bytes: &[u8], at: usize) -> Option<i64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces, as a network does.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(into.len()).min(self.0.len());
            into[..size].copy_from_slice(&self.0[..size]);
            self.0 = &self.0[size..];
            Ok(size)
        }
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..6),
            piece in 1_usize..50,
        ) {
            let mut stream = Vec::new();
            for body in &bodies {
                stream.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
                stream.extend(body);
            }
            let mut pieces = Pieces(&stream, piece);
            for body in &bodies {
                let frame = read(&mut pieces).unwrap().unwrap();
                prop_assert_eq!(&frame[4..], body);
            }
            prop_assert!(read(&mut pieces).unwrap().is_none());
        }

        #[test]
        fn any_bytes_are_a_frame_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut rest = &bytes[..];
            while let Ok(Some(frame)) = read(&mut rest) {
                let _ = (head(&frame), correlation(&frame));
            }
        }
    }

    #[test]
    fn a_length_alone_costs_no_memory_and_a_short_frame_is_an_error() {
        let promised = u32::try_from(LONGEST).unwrap().to_be_bytes();
        assert!(matches!(read(&mut &promised[..]), Err(FrameError::Io(_))));
        for hostile in [[0xff; 4], [0x7f, 0xff, 0xff, 0xff], [0x16, 3, 1, 2]] {
            let error = read(&mut &hostile[..]).unwrap_err();
            assert!(error.to_string().contains("TLS"), "{error}");
        }
    }
}
