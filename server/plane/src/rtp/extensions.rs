//! RTP header extensions in one-byte and two-byte form (RFC 8285).

/// What the plane reads from, or writes into, header extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionKind {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid` (RFC 9143): which media section.
    Mid,
    /// `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id` (RFC 8852): which simulcast layer.
    Rid,
    /// `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id` (RFC 8852): whose retransmission.
    RepairedRid,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`.
    AbsSendTime,
    /// `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`.
    TransportSequence,
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level` (RFC 6464).
    AudioLevel,
    /// The [dependency descriptor](super::dependency_descriptor): of AV1, and of what else a browser sends with it.
    DependencyDescriptor,
}

/// The longest block that [`ExtensionWriter`] writes: one element of any length, beside some short ones.
pub const MAX_BLOCK: usize = 4 + 300;
/// What its elements take at most with two bytes of head each.
const MAX_ELEMENTS: usize = MAX_BLOCK - 4;

impl ExtensionKind {
    /// The kind that an `a=extmap` URI names (RFC 8285 section 8).
    pub fn from_uri(uri: &str) -> Option<Self> {
        Some(match uri {
            "urn:ietf:params:rtp-hdrext:sdes:mid" => Self::Mid,
            "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" => Self::Rid,
            "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id" => Self::RepairedRid,
            "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time" => Self::AbsSendTime,
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01" => {
                Self::TransportSequence
            }
            "urn:ietf:params:rtp-hdrext:ssrc-audio-level" => Self::AudioLevel,
            "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension" => {
                Self::DependencyDescriptor
            }
            _ => return None,
        })
    }
}

/// Which id stands for which kind on one transport, as SDP agreed.
#[derive(Clone, Debug)]
pub struct ExtensionMap([Option<ExtensionKind>; 256]);

impl Default for ExtensionMap {
    fn default() -> Self {
        Self([None; 256])
    }
}

impl ExtensionMap {
    /// Lets `id` stand for `kind`.
    pub fn set(&mut self, id: u8, kind: ExtensionKind) {
        self.0[usize::from(id)] = Some(kind);
    }

    /// The kind behind an id.
    #[inline]
    pub fn kind(&self, id: u8) -> Option<ExtensionKind> {
        self.0[usize::from(id)]
    }
}

/// The two forms of an extension block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionForm {
    /// RFC 8285 section 4.2: ids 1 to 14, 1 to 16 bytes each.
    OneByte,
    /// RFC 8285 section 4.3: ids 1 to 255, 0 to 255 bytes each.
    TwoByte,
}

impl ExtensionForm {
    /// The form that a block's "defined by profile" field names.
    pub fn from_profile(profile: u16) -> Option<Self> {
        match profile {
            0xBEDE => Some(Self::OneByte),
            0x1000..=0x100F => Some(Self::TwoByte),
            _ => None,
        }
    }
}

/// One extension element of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The id, as SDP's `a=extmap` numbers it.
    pub id: u8,
    /// The element's data.
    pub data: &'a [u8],
}

/// Iterates over a block's elements; ends at the first that runs past the block.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    form: ExtensionForm,
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// The elements of a block's body.
    #[inline]
    pub fn new(form: ExtensionForm, body: &'a [u8]) -> Self {
        Self { form, rest: body }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        loop {
            let (&head, after) = self.rest.split_first()?;
            if head == 0 {
                self.rest = after;
                continue;
            }
            let (id, len, data) = match self.form {
                // Id 15 ends the block (RFC 8285 section 4.2).
                ExtensionForm::OneByte if head >> 4 == 15 => return None,
                ExtensionForm::OneByte => (head >> 4, usize::from(head & 0x0f) + 1, after),
                ExtensionForm::TwoByte => {
                    let (&len, data) = after.split_first()?;
                    (head, usize::from(len), data)
                }
            };
            let element = data.get(..len)?;
            self.rest = &data[len..];
            return Some(Element { id, data: element });
        }
    }
}

/// Collects elements into a block, choosing the shorter form that can hold them all.
#[derive(Clone, Copy, Debug)]
pub struct ExtensionWriter {
    /// Two bytes of head an element, always: the form is settled when the block is finished.
    elements: [u8; MAX_ELEMENTS],
    len: usize,
    two_byte: bool,
}

impl Default for ExtensionWriter {
    fn default() -> Self {
        Self {
            elements: [0; MAX_ELEMENTS],
            len: 0,
            two_byte: false,
        }
    }
}

impl ExtensionWriter {
    /// Adds an element. Returns false, and adds nothing, where the block has no room or the id is 0.
    pub fn push(&mut self, id: u8, data: &[u8]) -> bool {
        let end = self.len + 2 + data.len();
        if id == 0 || data.len() > 255 || end > self.elements.len() {
            return false;
        }
        self.two_byte |= id > 14 || data.is_empty() || data.len() > 16;
        self.elements[self.len] = id;
        self.elements[self.len + 1] = data.len() as u8;
        self.elements[self.len + 2..end].copy_from_slice(data);
        self.len = end;
        true
    }

    /// Writes the block, head and padding included, into `out`; nothing when there are no elements.
    pub fn finish(&self, out: &mut [u8; MAX_BLOCK]) -> usize {
        if self.len == 0 {
            return 0;
        }
        let mut at = 4;
        let mut rest = &self.elements[..self.len];
        while let [id, len, tail @ ..] = rest {
            let (data, next) = tail.split_at(usize::from(*len));
            if self.two_byte {
                out[at] = *id;
                out[at + 1] = *len;
                at += 2;
            } else {
                out[at] = (id << 4) | (len - 1);
                at += 1;
            }
            out[at..at + data.len()].copy_from_slice(data);
            at += data.len();
            rest = next;
        }
        let end = at.next_multiple_of(4);
        out[at..end].fill(0);
        let profile: u16 = if self.two_byte { 0x1000 } else { 0xBEDE };
        out[..2].copy_from_slice(&profile.to_be_bytes());
        out[2..4].copy_from_slice(&(((end - 4) / 4) as u16).to_be_bytes());
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(elements: &[(u8, Vec<u8>)]) -> Option<(ExtensionForm, Vec<u8>)> {
        let mut writer = ExtensionWriter::default();
        for (id, data) in elements {
            if !writer.push(*id, data) {
                return None;
            }
        }
        let mut out = [0xff; MAX_BLOCK];
        let len = writer.finish(&mut out);
        let form = ExtensionForm::from_profile(u16::from_be_bytes([out[0], out[1]]))?;
        assert_eq!(
            usize::from(u16::from_be_bytes([out[2], out[3]])) * 4 + 4,
            len
        );
        Some((form, out[4..len].to_vec()))
    }

    #[test]
    fn small_elements_take_the_one_byte_form() {
        let (form, body) = written(&[(1, vec![0x8a]), (3, vec![1, 2, 3])]).unwrap();
        assert_eq!(form, ExtensionForm::OneByte);
        assert_eq!(body, [0x10, 0x8a, 0x32, 1, 2, 3, 0, 0]);
    }

    #[test]
    fn id_15_ends_a_one_byte_block() {
        let body = [0xF0, 1, 0x10, 2];
        assert_eq!(Elements::new(ExtensionForm::OneByte, &body).count(), 0);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            elements in proptest::collection::vec(
                (1u8..=255, proptest::collection::vec(any::<u8>(), 0..20)), 1..5),
        ) {
            if let Some((form, body)) = written(&elements) {
                let read: Vec<_> = Elements::new(form, &body).map(|e| (e.id, e.data.to_vec())).collect();
                prop_assert_eq!(read, elements);
            }
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), two: bool) {
            let form = if two { ExtensionForm::TwoByte } else { ExtensionForm::OneByte };
            let total: usize = Elements::new(form, &bytes).map(|e| e.data.len()).sum();
            prop_assert!(total <= bytes.len());
        }
    }
}
