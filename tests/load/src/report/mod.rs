//! What is told: while it runs, and at the end.

pub mod html;
pub mod json;
pub mod progress;
pub mod text;
pub mod verdict;
