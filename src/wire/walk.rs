//! Walks through a message by its table and tells the fields that mean something; never beyond the bytes that are there.

use std::ops::Range;

use super::schema::{Field, Kind, Mark, Message};

/// How many zeros may follow a message that is read to its end.
const MOST_REST: usize = 4;

/// A message that does not fit its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message does not fit its version")]
pub(super) struct Misfit;

/// A field that was found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub mark: Mark,
    /// Its place in the frame, a length in front included.
    pub place: Range<usize>,
    /// Its content; empty for null.
    pub value: &'a [u8],
}

impl Found<'_> {
    /// The content as a number of two bytes.
    pub(super) fn int16(&self) -> i16 {
        super::frame::int16(self.value, 0).unwrap_or_default()
    }

    /// The content as a number of four bytes.
    pub(super) fn int32(&self) -> i32 {
        super::frame::int32(self.value, 0).unwrap_or_default()
    }

    /// The content as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(self.value).into_owned()
    }
}

/// Walks through the frame of one message, whose body begins at `at`; nothing but a few zeros may follow it.
pub(super) fn walk<'a>(
    frame: &'a [u8],
    at: usize,
    message: &Message,
    version: i16,
    tell: &mut dyn FnMut(&Found<'a>),
) -> Result<(), Misfit> {
    if !(0..=message.newest).contains(&version) {
        return Err(Misfit);
    }
    let mut walker = Walker {
        frame,
        at,
        version,
        flexible: message.is_flexible(version),
    };
    walker.structure(message.fields, tell)?;
    // librdkafka's mock cluster writes empty tags twice in Metadata, and a throttle time where version 0 has none.
    let rest = frame.get(walker.at..).ok_or(Misfit)?;
    if rest.len() <= MOST_REST && rest.iter().all(|&byte| byte == 0) {
        Ok(())
    } else {
        Err(Misfit)
    }
}

/// Where the body of a request begins, and its client id: after the head, whose client id never has a compact length.
pub(super) fn request_body(
    frame: &[u8],
    flexible: bool,
) -> Result<(usize, Option<String>), Misfit> {
    let mut walker = Walker {
        frame,
        at: 12,
        version: 0,
        flexible: false,
    };
    let client = walker.text()?;
    let client = client.map(|text| String::from_utf8_lossy(text).into_owned());
    if flexible {
        walker.flexible = true;
        walker.tags(&[], &mut |_| {})?;
    }
    Ok((walker.at, client))
}

struct Walker<'a> {
    frame: &'a [u8],
    at: usize,
    version: i16,
    flexible: bool,
}

type Tell<'t, 'a> = &'t mut dyn FnMut(&Found<'a>);

impl<'a> Walker<'a> {
    fn structure(&mut self, fields: &[Field], tell: Tell<'_, 'a>) -> Result<(), Misfit> {
        let here = |field: &&Field| (field.from..=field.to).contains(&self.version);
        let present: Vec<&Field> = fields.iter().filter(here).collect();
        for field in present.iter().filter(|field| field.tag.is_none()) {
            self.field(field, tell)?;
        }
        if self.flexible {
            self.tags(&present, tell)?;
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, tell: Tell<'_, 'a>) -> Result<(), Misfit> {
        let from = self.at;
        let value = match field.kind {
            Kind::Fixed(size) => self.take(size)?,
            Kind::Text => self.text()?.unwrap_or_default(),
            Kind::Blob => {
                let size = self.length()?;
                self.take(size.unwrap_or(0))?
            }
            Kind::Numbers(size) => {
                let count = self.length()?.unwrap_or(0);
                self.take(count.checked_mul(size).ok_or(Misfit)?)?
            }
            Kind::Items(fields) => {
                // Every structure that is looked into has at least one byte, so a count is soon at the end of the frame.
                for _ in 0..self.length()?.unwrap_or(0) {
                    self.structure(fields, tell)?;
                }
                return Ok(());
            }
            Kind::One(fields) => return self.structure(fields, tell),
        };
        if field.mark != Mark::Other {
            tell(&Found {
                mark: field.mark,
                place: from..self.at,
                value,
            });
        }
        Ok(())
    }

    /// The tagged fields at the end of a structure; unknown ones are passed over.
    fn tags(&mut self, known: &[&Field], tell: Tell<'_, 'a>) -> Result<(), Misfit> {
        for _ in 0..self.varint()? {
            let tag = self.varint()?;
            let from = self.at;
            let size = usize::try_from(self.varint()?).map_err(|_| Misfit)?;
            let place = from..self.at;
            let end = self.at.checked_add(size).ok_or(Misfit)?;
            let Some(field) = known.iter().find(|field| field.tag == Some(tag)) else {
                self.take(size)?;
                continue;
            };
            let whole = self.frame.get(self.at..end).ok_or(Misfit)?;
            tell(&Found {
                mark: Mark::TagSize,
                place,
                value: whole,
            });
            self.field(field, tell)?;
            if self.at != end {
                return Err(Misfit);
            }
            tell(&Found {
                mark: Mark::TagEnd,
                place: end..end,
                value: &[],
            });
        }
        Ok(())
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], Misfit> {
        let end = self.at.checked_add(size).ok_or(Misfit)?;
        let bytes = self.frame.get(self.at..end).ok_or(Misfit)?;
        self.at = end;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<Option<&'a [u8]>, Misfit> {
        let size = if self.flexible {
            self.length()?
        } else {
            let size = super::frame::int16(self.take(2)?, 0).ok_or(Misfit)?;
            null_or(i64::from(size))?
        };
        size.map(|size| self.take(size)).transpose()
    }

    /// The length of an array or of bytes; `None` for null.
    fn length(&mut self) -> Result<Option<usize>, Misfit> {
        if self.flexible {
            return null_or(i64::from(self.varint()?) - 1);
        }
        let size = super::frame::int32(self.take(4)?, 0).ok_or(Misfit)?;
        null_or(i64::from(size))
    }

    fn varint(&mut self) -> Result<u32, Misfit> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.take(1)?.first().ok_or(Misfit)?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Misfit)
    }
}

fn null_or(size: i64) -> Result<Option<usize>, Misfit> {
    match size {
        -1 => Ok(None),
        size => usize::try_from(size).map(Some).map_err(|_| Misfit),
    }
}

/// A number as a varint.
pub(super) fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(5);
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
