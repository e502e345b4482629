//! `balai-loadtest`: real WebRTC participants, by the hundred, for a Balai server.

mod error;
mod figures;
mod layer;
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
    let options = match Options::try_parse() {
        Ok(options) if options.check => return ExitCode::from(HOLDS),
        Ok(options) => options,
        Err(told) => return tell(&told),
    };
    match test(&options) {
        Ok(true) => ExitCode::from(HOLDS),
        Ok(false) => ExitCode::from(DOES_NOT_HOLD),
        Err(error) => {
            eprintln!("balai loadtest: {error}");
            ExitCode::from(CAN_NOT_RUN)
        }
    }
}

/// Help in full; a refusal in one line.
fn tell(told: &clap::Error) -> ExitCode {
    if !told.use_stderr() {
        _ = told.print();
        return ExitCode::from(HOLDS);
    }
    let text = told.render().to_string();
    let until_usage = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .flat_map(str::split_whitespace);
    let line = until_usage.collect::<Vec<_>>().join(" ");
    let line = line.trim_start_matches("error: ").trim_end_matches('.');
    eprintln!("balai loadtest: {line}. See: balai loadtest --help");
    ExitCode::from(CAN_NOT_RUN)
}

fn test(options: &Options) -> Result<bool, Error> {
    system::raise_open_files();
    let clips = Clips::load(&options.clips)?;
    let server = Server::find(&options.url, options.token())?;
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
