//! The result as a page that needs nothing else.

use super::verdict::Summary;
use crate::figures::Recorder;
use crate::options::Options;

/// The page.
pub fn write(recorder: &Recorder, summary: &Summary, options: &Options) -> String {
    super::text::write(recorder, summary, options)
}
