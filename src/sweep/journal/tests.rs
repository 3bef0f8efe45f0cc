use super::*;
use crate::snapshot::journal::JournalError;
use crate::sweep::simulated::{Target, plan};
use crate::sweep::{Outcome, Search, search};
use rand::prelude::*;
use rand::rngs::StdRng;
use std::path::Path;

fn open(path: &Path) -> Result<Opened, JournalError> {
    Journal::open(path, KIND)
}

fn header(plan: &Plan) -> Header {
    Header {
        kind: KIND.word.into(),
        schema: KIND.schema,
        linger_version: "0".into(),
        started_at: "2026-01-01T00:00:00Z".into(),
        words: vec!["linger.ms=0,5".into()],
        settings: Vec::new(),
        plan: plan.clone(),
        block_s: 1.0,
        warmup_s: 1.0,
        budget_s: None,
        cluster: "embedded".into(),
        topic: "linger-bench".into(),
        partitions: None,
    }
}

/// Ends after so many blocks, as a kill between two blocks does.
struct Mortal<'a>(&'a mut Target, usize);

impl Bench for Mortal<'_> {
    fn measure(&mut self, job: &Job, settings: &Settings) -> Result<Measured, Ended> {
        self.1 = self.1.checked_sub(1).ok_or(Ended::Stopped)?;
        self.0.measure(job, settings)
    }
}

fn run(
    target: &mut Target,
    journal: Journal,
    done: Vec<Line>,
    plan: &Plan,
    life: usize,
) -> Outcome {
    let space = target.space.clone();
    let mut bench = Recorded::new(journal, done, Mortal(target, life));
    search(&space, plan, &mut bench).unwrap()
}

#[test]
fn a_sweep_that_is_cut_anywhere_comes_to_the_same_end_and_measures_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(11);
    for (at, text) in ["min p99 at 1000/s", "max throughput where p99<30ms"]
        .iter()
        .enumerate()
    {
        let mut target = Target::random(3, text.parse().unwrap());
        let plan = Plan {
            search: Search::Guided,
            points: 12,
            repeats: 2,
            pairs: 6,
            ..plan(&target)
        };
        let whole_path = folder.path().join(format!("whole-{at}"));
        let journal = Journal::create(&whole_path, &header(&plan)).unwrap();
        let whole = run(&mut target, journal, Vec::new(), &plan, usize::MAX);
        let mut target = Target::random(3, text.parse().unwrap());
        let path = folder.path().join(format!("cut-{at}"));
        let journal = Journal::create(&path, &header(&plan)).unwrap();
        let mut outcome = run(&mut target, journal, Vec::new(), &plan, 3);
        let mut cuts = 0;
        while outcome.ended_early.is_some() {
            cuts += 1;
            // What a kill in the middle of a write leaves.
            let mut content = std::fs::read(&path).unwrap();
            let lines = content.split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(lines - 1, outcome.blocks, "no finished block is lost");
            let torn = &b"000000ff 1234abcd {\"job\":{\"number\""[..rng.random_range(0..34)];
            content.extend_from_slice(torn);
            std::fs::write(&path, &content).unwrap();
            let opened = open(&path).unwrap();
            assert_eq!(opened.torn, torn.len() as u64);
            assert_eq!(opened.done.len(), outcome.blocks);
            let life = rng.random_range(1..12);
            outcome = run(
                &mut target,
                opened.journal,
                opened.done,
                &opened.header.plan,
                life,
            );
        }
        assert!(cuts >= 5, "{cuts}");
        assert_eq!(outcome, whole);
        assert_eq!(
            std::fs::read(&path).unwrap(),
            std::fs::read(&whole_path).unwrap()
        );
    }
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::random(3, "min p99".parse().unwrap());
    let header = header(&plan(&target));
    let path = folder.path().join("journal");
    let mut journal = Journal::create(&path, &header).unwrap();
    assert!(matches!(open(&path), Err(JournalError::InUse(_))));
    let job = Job {
        number: 0,
        phase: crate::sweep::Phase::Explore,
        round: 0,
        point: 0,
        rate: Some(1.0),
    };
    let line = Line {
        job,
        measured: Measured::default(),
    };
    journal.append(&line).unwrap();
    journal.append(&line).unwrap();
    drop(journal);
    let again = Journal::create(&path, &header).unwrap_err().to_string();
    assert!(again.contains("already there"), "{again}");
    let good = std::fs::read(&path).unwrap();
    let second = good.iter().position(|byte| *byte == b'\n').unwrap() + 40;
    let damage = |content: Vec<u8>| {
        std::fs::write(&path, &content).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert_eq!(std::fs::read(&path).unwrap(), content, "left alone");
        error
    };
    let mut flipped = good.clone();
    flipped[second] ^= 1;
    assert!(damage(flipped).contains("line 2 is not whole"));
    assert!(damage(Vec::new()).contains("first line"));
    assert!(damage(b"hello\n".to_vec()).contains("first line"));
    let other = |json: &str| {
        let sum = crc32c::crc32c(json.as_bytes());
        damage(format!("{:08x} {sum:08x} {json}\n", json.len()).into_bytes())
    };
    assert!(other("{\"kind\":\"shopping\"}").contains("kind"));
    assert!(other("{\"kind\":\"linger-sweep\",\"schema\":2}").contains("update linger"));
    let cut = good.len() - 3;
    std::fs::write(&path, &good[..cut]).unwrap();
    let opened = open(&path).unwrap();
    assert_eq!((opened.done.len(), opened.torn > 0), (1, true));
}
