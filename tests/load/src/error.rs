//! What can go wrong; each message is one line that says the mend.

use std::path::PathBuf;

/// Why a test can't be run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the address of a server.
    #[error("{0:?} is not a server's address: give one such as https://localhost:8443")]
    Address(String),
    /// No name or no answer.
    #[error("can't reach {0}: {1}; is the server running there?")]
    Unreachable(String, String),
    /// Anybody could load anybody's server otherwise.
    #[error(
        "this server does not carry your token: run this on the server's machine with its --data-dir, \
         or give --token with what its load-test.token holds"
    )]
    Token,
    /// Something else listens there, or another version.
    #[error("{0} answers {1}: is it a Balai server, and of this version?")]
    Answer(String, String),
    /// Neither `balai loadtest` nor `--clips` said where they are.
    #[error(
        "there is no usable clip at {0}: run this as `balai loadtest`, which prepares the clips"
    )]
    NoClips(PathBuf),
    /// The test itself lacks something of this machine.
    #[error("this machine refuses {0}: {1}")]
    System(&'static str, std::io::Error),
    /// The page that was asked for.
    #[error("can't write {0}: {1}")]
    Write(PathBuf, std::io::Error),
}
