//! The figures, for people and for programs.

use crate::case::{Case, SUBSCRIBERS};
use crate::meeting::Paced;

/// Seconds of processor time for one packet.
pub struct Stages {
    /// Open, parse and keep the books of one received packet, which serves every subscriber.
    pub receive: f64,
    /// A subscriber's share of that.
    pub shared: f64,
    /// Choose, renumber, write and copy.
    pub rewrite: f64,
    /// AES-128-GCM.
    pub protect: f64,
    /// The kernel: system calls, and the way through its network stack to the receiver.
    pub send: f64,
}

pub struct Measured {
    pub case: Case,
    pub rounds: usize,
    /// Packets a second of processor time.
    pub plane: f64,
    pub floor: f64,
    pub ratio: f64,
    pub allocations: u64,
    pub datagrams_per_message: f64,
    pub stages: Stages,
    /// Per forwarded packet, in user space; `None` without valgrind.
    pub instructions: Option<f64>,
}

pub fn print_json(measured: &[Measured], paced: &[Paced]) {
    let rows: Vec<_> = measured
        .iter()
        .map(|m| {
            let ns = |seconds: f64| format!("{:.0}", seconds * 1e9);
            let instructions = m.instructions.map_or("null".into(), |n| format!("{n:.0}"));
            format!(
                concat!(
                    r#"{{"stream":"{}","bytes":{},"burst":{},"subscribers":{},"plane_packets_per_s":{:.0},"#,
                    r#""floor_packets_per_s":{:.0},"ratio":{:.3},"bar":{},"rounds":{},"allocations":{},"#,
                    r#""datagrams_per_message":{:.2},"stages_ns":{{"receive":{},"receive_share":{},"rewrite":{},"#,
                    r#""protect":{},"send":{}}},"instructions_per_packet":{}}}"#
                ),
                m.case.name,
                m.case.bytes,
                m.case.burst,
                SUBSCRIBERS,
                m.plane,
                m.floor,
                m.ratio,
                m.case.bar,
                m.rounds,
                m.allocations,
                m.datagrams_per_message,
                ns(m.stages.receive),
                ns(m.stages.shared),
                ns(m.stages.rewrite),
                ns(m.stages.protect),
                ns(m.stages.send),
                instructions,
            )
        })
        .collect();
    let paced = paced.iter().map(|p| {
        format!(
            concat!(
                r#"{{"stream":"{}","paced":true,"answered":{},"plane_packets_per_s":{:.0},"floor_packets_per_s":{:.0},"#,
                r#""ratio":{:.3},"answers_share":{:.3},"timers_share":{:.3},"forwarded":{},"recovered":{},"#,
                r#""answers":{},"allocations":{}}}"#
            ),
            p.case.name,
            p.answered,
            p.plane,
            p.floor,
            p.plane / p.floor,
            p.answers,
            p.timers,
            p.forwarded,
            p.recovered,
            p.received,
            p.allocations,
        )
    });
    let rows: Vec<_> = rows.into_iter().chain(paced).collect();
    println!("[{}]", rows.join(","));
}

pub fn print_tables(measured: &[Measured]) {
    println!("one stream to {SUBSCRIBERS} transports over loopback, per core (AEAD_AES_128_GCM)\n");
    println!(
        "{:<8}{:>7}{:>7}{:>14}{:>14}{:>8}{:>7}{:>8}{:>12}",
        "stream",
        "bytes",
        "burst",
        "plane pkt/s",
        "floor pkt/s",
        "ratio",
        "bar",
        "rounds",
        "allocations"
    );
    for m in measured {
        println!(
            "{:<8}{:>7}{:>7}{:>14.0}{:>14.0}{:>8.2}{:>7.2}{:>8}{:>12}",
            m.case.name,
            m.case.bytes,
            m.case.burst,
            m.plane,
            m.floor,
            m.ratio,
            m.case.bar,
            m.rounds,
            m.allocations
        );
    }
    println!("\nwhat one packet to one subscriber costs, in ns\n");
    println!(
        "{:<8}{:>16}{:>10}{:>10}{:>8}{:>8}{:>19}{:>20}",
        "stream",
        "receive (share)",
        "rewrite",
        "protect",
        "send",
        "all",
        "datagrams/message",
        "instructions"
    );
    for m in measured {
        let ns = |seconds: f64| format!("{:.0}", seconds * 1e9);
        let receive = format!("{} ({})", ns(m.stages.receive), ns(m.stages.shared));
        let instructions = m
            .instructions
            .map_or("valgrind is missing".into(), |n| format!("{n:.0}"));
        println!(
            "{:<8}{:>16}{:>10}{:>10}{:>8}{:>8}{:>19.1}{:>20}",
            m.case.name,
            receive,
            ns(m.stages.rewrite),
            ns(m.stages.protect),
            ns(m.stages.send),
            ns(1.0 / m.plane),
            m.datagrams_per_message,
            instructions
        );
    }
}

pub fn print_paced(paced: &[Paced]) {
    println!("\nat the pace of a meeting, without and with answers\n");
    println!(
        "{:<8}{:>10}{:>14}{:>14}{:>8}{:>8}{:>9}{:>9}{:>11}{:>12}{:>12}",
        "stream",
        "answered",
        "plane pkt/s",
        "floor pkt/s",
        "ratio",
        "ns",
        "answers",
        "timers",
        "sent again",
        "ns a answer",
        "allocations"
    );
    for p in paced {
        let seconds = p.forwarded as f64 / p.plane;
        println!(
            "{:<8}{:>10}{:>14.0}{:>14.0}{:>8.2}{:>8.0}{:>8.0}%{:>8.0}%{:>11}{:>12.0}{:>12}",
            p.case.name,
            if p.answered { "yes" } else { "no" },
            p.plane,
            p.floor,
            p.plane / p.floor,
            1e9 / p.plane,
            100.0 * p.answers,
            100.0 * p.timers,
            p.recovered,
            1e9 * seconds * p.answers / p.received.max(1) as f64,
            p.allocations
        );
    }
}
