//! `balai-loadtest`: real WebRTC participants, by the hundred, for a Balai server.

mod error;
mod figures;
mod media;
mod network;
mod options;
mod participant;
mod publisher;
mod receive;
mod report;
mod run;
mod server;
mod server_figures;
mod signaling;
mod sockets;
mod subscriber;
#[allow(unsafe_code)]
mod system;
mod transport;

use std::process::ExitCode;

use clap::Parser;

use crate::error::Error;
use crate::media::clips::Clips;
use crate::options::Options;
use crate::report::verdict::Summary;
use crate::report::{html, json, text};
use crate::run::Run;
use crate::server::Server;

const HOLDS: u8 = 0;
const DOES_NOT_HOLD: u8 = 1;
const CAN_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let options = Options::parse();
    match test(&options) {
        Ok(true) => ExitCode::from(HOLDS),
        Ok(false) => ExitCode::from(DOES_NOT_HOLD),
        Err(error) => {
            eprintln!("balai loadtest: {error}");
            ExitCode::from(CAN_NOT_RUN)
        }
    }
}

fn test(options: &Options) -> Result<bool, Error> {
    system::raise_open_files();
    let clips = Clips::load(&options.clips)?;
    let server = Server::find(&options.url, options.token.clone())?;
    server.figures()?;
    let code = match &options.meeting {
        Some(code) => code.clone(),
        None => server.make_meeting()?,
    };
    let recorder = Run::prepare(options.clone(), server, code, clips)?.run()?;
    let summary = Summary::of(&recorder);
    if let Some(path) = &options.html {
        let page = html::write(&recorder, &summary, options);
        std::fs::write(path, page).map_err(|error| Error::Write(path.clone(), error))?;
    }
    let result = if options.json {
        json::write
    } else {
        text::write
    };
    println!("{}", result(&recorder, &summary, options));
    Ok(summary.holds())
}
