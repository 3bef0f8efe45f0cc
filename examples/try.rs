//! throwaway
use linger::lab::*;
use linger::settings::*;
use std::sync::Arc;
use std::time::Duration;
fn main() {
    let mut settings = Settings::default();
    let args: Vec<String> = std::env::args().skip(1).collect();
    for a in &args {
        if let Some((k, v)) = a.split_once('=') {
            settings.set(k, v, Source::Flag).unwrap();
        }
    }
    let config = LabConfig {
        target: Target::Embedded {
            brokers: 3,
            partitions: 6,
        },
        topic: "linger-try".into(),
        settings: settings.clone(),
        goals: vec![],
        limits: Limits::default(),
        stop_after: None,
        settle: Duration::from_millis(500),
        warmup_records: 0,
        seed: 1,
    };
    let lab = Lab::start(config).unwrap();
    let mut s2 = settings.clone();
    let show = |lab: &Lab| {
        let r = lab.readings.borrow().clone();
        println!(
            "{:?} {:?} acc {:?} fly {} behind {} log {:?} cpu {:.2} opening {:?} refused {:?}",
            r.at,
            r.load,
            r.accounts,
            r.accounts.in_flight(),
            r.behind,
            r.broker_log.as_ref().map(|l| (&l.sentence, l.delta)),
            r.cpu,
            r.opening.as_ref().map(|o| &o.progress),
            r.refused.as_ref().map(|r| &r.reason)
        );
        for t in &r.trials {
            println!(
                "  #{} {:?} {:.0}/s p50 {:?} p99 {:?} mean {:?} turn {:?} stages rec/b {:?} ratio {:?} req/s {:.0} err {:?} bd {:?} parts {:?}",
                t.number,
                t.state,
                t.sent_per_s,
                t.response.p50,
                t.response.p99,
                t.response.mean,
                t.turn_took,
                t.stages.batch_records,
                t.stages.compression_ratio,
                t.stages.requests_per_s,
                t.errors,
                t.stages.breakdown,
                t.partitions
            );
        }
        for l in r.logs.iter().take(3) {
            println!("  log {l}");
        }
    };
    for i in 0..8 {
        std::thread::sleep(Duration::from_secs(1));
        show(&lab);
        if i == 2 {
            s2.set("linger.ms", "50", Source::Hand).unwrap();
            lab.commands
                .blocking_send(Command::Turn(Arc::new(s2.clone())))
                .unwrap();
        }
        if i == 5 {
            s2.set("compression.type", "lz4", Source::Hand).unwrap();
            lab.commands
                .blocking_send(Command::Turn(Arc::new(s2.clone())))
                .unwrap();
        }
    }
    let mut readings = lab.readings.clone();
    let snaps = lab.finish();
    let r = readings.borrow_and_update().clone();
    println!(
        "END {:?} {:?} fly {} log {:?}",
        r.load,
        r.accounts,
        r.accounts.in_flight(),
        r.broker_log
    );
    for s in snaps {
        println!(
            "{} delivered {} {:?}/s  p99 {:?} dur {:?}",
            s.trial.unwrap(),
            s.result.delivered,
            s.result.records_per_s,
            s.result.response_ms.p99,
            s.result.duration_s
        );
    }
}
