//! Prepared media, read from files that `signaling/load_test/clips.py` made; the format is described there.

use std::path::Path;

use crate::error::Error;

const MAGIC: &[u8; 8] = b"BALAICL1";
const HEADER: usize = 16;
const FRAME_HEADER: usize = 10;
const KEYFRAME: u8 = 1;

/// One encoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The codec's bytes.
    pub data: Box<[u8]>,
    /// In units of the clip's clock rate.
    pub duration: u32,
    /// 0 is the base layer.
    pub temporal_layer: u8,
    /// Decodable without any other frame.
    pub keyframe: bool,
}

/// One encoded stream that can be played again and again. It begins with a keyframe.
#[derive(Debug)]
pub struct Clip {
    /// In Hz.
    pub clock_rate: u32,
    /// All frames, in order.
    pub frames: Vec<Frame>,
}

impl Clip {
    /// Bits a second over the whole clip.
    pub fn bit_rate(&self) -> u64 {
        let bits: u64 = self.frames.iter().map(|f| f.data.len() as u64 * 8).sum();
        let time: u64 = self.frames.iter().map(|f| u64::from(f.duration)).sum();
        bits * u64::from(self.clock_rate) / time.max(1)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (header, mut rest) = bytes.split_at_checked(HEADER)?;
        if &header[..8] != MAGIC {
            return None;
        }
        let clock_rate = be32(&header[8..])?;
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let (head, body) = rest.split_at_checked(FRAME_HEADER)?;
            let (data, after) = body.split_at_checked(be32(head)? as usize)?;
            frames.push(Frame {
                data: data.into(),
                duration: be32(&head[4..])?,
                temporal_layer: head[8],
                keyframe: head[9] & KEYFRAME != 0,
            });
            rest = after;
        }
        let playable = clock_rate > 0
            && frames.first().is_some_and(|f| f.keyframe)
            && frames.iter().all(|f| f.duration > 0 && !f.data.is_empty());
        playable.then_some(Self { clock_rate, frames })
    }
}

fn be32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// Everything that a participant may send.
#[derive(Debug)]
pub struct Clips {
    /// The simulcast layers of a camera, lowest first: `q`, `h`, `f`.
    pub camera: [Clip; 3],
    /// A shared screen.
    pub screen: Clip,
    /// Opus, 20 ms a frame.
    pub speech: Clip,
}

impl Clips {
    /// Reads the files of one folder.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = folder.join(format!("{name}.clip"));
            let bytes = std::fs::read(&path).map_err(|_| Error::NoClips(path.clone()))?;
            Clip::parse(&bytes).ok_or(Error::NoClips(path))
        };
        Ok(Self {
            camera: [read("q")?, read("h")?, read("f")?],
            screen: read("screen")?,
            speech: read("opus")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(frames: &[(&[u8], u8)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(90_000u32.to_be_bytes());
        bytes.extend([0, 64, 0, 48]);
        for (data, flags) in frames {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(3_000u32.to_be_bytes());
            bytes.extend([2, *flags]);
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn reads_what_was_written() {
        let clip = Clip::parse(&file(&[(b"key", 1), (b"delta", 0)])).unwrap();
        assert_eq!(clip.clock_rate, 90_000);
        assert_eq!(&*clip.frames[1].data, b"delta");
        assert_eq!(clip.frames[1].temporal_layer, 2);
        assert_eq!(clip.bit_rate(), 8 * 8 * 15);
    }

    #[test]
    fn refuses_what_is_cut_or_does_not_begin_with_a_keyframe() {
        let whole = file(&[(b"key", 1), (b"delta", 0)]);
        for length in 0..whole.len() {
            let first_frame_only = HEADER + FRAME_HEADER + 3;
            assert_eq!(
                Clip::parse(&whole[..length]).is_some(),
                length == first_frame_only
            );
        }
        assert!(Clip::parse(&file(&[(b"delta", 0)])).is_none());
    }
}
