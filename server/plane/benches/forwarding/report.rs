//! The figures, for people and for programs.

use crate::case::{Case, SUBSCRIBERS};

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

pub fn print_json(measured: &[Measured]) {
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
