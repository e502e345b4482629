//! What is told: while it runs, and at the end.

mod axis;
mod by_link;
mod charts;
mod facts;
pub mod html;
#[cfg(test)]
mod invented;
pub mod json;
mod numbers;
mod people;
mod plot;
pub mod progress;
pub mod text;
pub mod verdict;
