//! What the fuzz targets found once goes through their checks again, on every change and without a fuzzer.
//!
//! `fuzz/corpus/*.hex` holds an input a line, in hexadecimal digits; `scripts/fuzz --keep` writes it.

use std::path::Path;

use arbitrary::{Arbitrary, Unstructured};

mod support;

#[path = "../fuzz/checks/mod.rs"]
mod checks;

/// A test for each target: how its input is typed, as in `fuzz/fuzz_targets`.
macro_rules! kept_inputs_pass {
    ($($target:ident: $input:ty;)+) => {
        $(
            #[test]
            fn $target() {
                let inputs = kept(stringify!($target));
                let read = inputs.iter().filter(|input| decoded::<$input>(input).is_some_and(checks::$target::check));
                let read = read.count();
                assert!(read > 0, "of {} inputs, {read} mean something", inputs.len());
            }
        )+

        const TESTED: &[&str] = &[$(stringify!($target)),+];
    };
}

kept_inputs_pass! {
    authentic: Vec<(u8, u16, u32, u8, Vec<u8>)>;
    av1: &[u8];
    datagrams: Vec<Vec<u8>>;
    dependency_descriptor: (u16, Vec<&[u8]>);
    extensions: (bool, &[u8]);
    h264: &[u8];
    nack: (&[u8], Vec<(i16, u8)>);
    red: &[u8];
    remb: (u32, &[u8]);
    rtcp: &[u8];
    rtp: &[u8];
    rtx: &[u8];
    stun: &[u8];
    transport_feedback: &[u8];
    vp8: (u16, &[u8]);
    vp9: (u16, &[u8]);
}

#[test]
fn every_target_is_tested() {
    let manifest = std::fs::read_to_string(fuzz("Cargo.toml")).expect("the fuzz crate's manifest");
    let mut targets: Vec<_> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"))
        .collect();
    targets.sort_unstable();
    let tested: Vec<_> = TESTED
        .iter()
        .map(|target| format!("{target}.rs\""))
        .collect();
    assert_eq!(tested, targets);
}

fn fuzz(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(path)
}

/// What is kept of a target.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let text =
        std::fs::read_to_string(fuzz(&format!("corpus/{target}.hex"))).expect("a target's corpus");
    text.lines()
        .map(|line| bytes(line).expect("hexadecimal digits"))
        .collect()
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let digits = line.as_bytes().chunks(2);
    digits
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        .collect()
}

/// An input as libFuzzer's crate makes it of bytes.
fn decoded<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> Option<T> {
    (bytes.len() >= T::size_hint(0).0)
        .then(|| T::arbitrary_take_rest(Unstructured::new(bytes)).ok())?
}
