//! RTP packets (RFC 3550), their header extensions (RFC 8285) and VP8's payload descriptor (RFC 7741).

mod extensions;
mod header;
pub mod vp8;

pub use extensions::{
    Element, Elements, ExtensionForm, ExtensionKind, ExtensionMap, ExtensionWriter,
};
pub use header::{Header, MAX_HEADER, header_len, write_header};
