//! Key `c`: the chosen row against the base in randomised pairs of blocks, on the lab that is there.

use std::sync::Arc;
use std::time::Duration;

use crate::compare::{
    ArmReport, Circumstances, Comparison, Figures, Phase, Plan, PlanError, Series,
};
use crate::lab::{Command, LoadState, Reading};
use crate::measure::comparison::{Metric, Verdict};
use crate::tui::dialog::Purpose;
use crate::tui::model::{Duel, Model, Proof};
use crate::tui::update::{Effect, dialogs};

const BLOCK: Duration = Duration::from_secs(3);
const WARMUP: Duration = Duration::from_secs(1);
/// What is proposed: metric, margin, time.
pub const PROPOSED: &str = "p99 10% 2m";

/// Asks what is to be compared how, or ends the comparison that runs.
pub fn ask_or_end(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    if model.duel.is_some() {
        return end(model, reading);
    }
    let chosen = model.trial_in_hand(reading);
    match reading.base {
        None => model.say("there is no base yet to compare with"),
        Some(base) if base == chosen => {
            model.say(format!(
                "#{base} is the base itself: choose another row (Tab, ↑ ↓), then c"
            ));
        }
        Some(_) if reading.load != LoadState::Running => {
            model.say("nothing is compared while the load is paused");
        }
        Some(_) => dialogs::open_ask(model, reading, Purpose::Compare(chosen)),
    }
    Vec::new()
}

/// Begins to compare a row with the base, as the line says: `p99 10% 2m`.
pub fn begin(
    model: &mut Model,
    reading: &Reading,
    chosen: u64,
    line: &str,
) -> Result<Vec<Effect>, String> {
    let (base, other) = (reading.base_trial(), reading.trial(chosen));
    let (Some(a), Some(b)) = (base, other) else {
        return Err("a row is no longer there".into());
    };
    let rates = [a, b].map(|trial| trial.settings.number("rate"));
    let plan = Plan {
        // Drawn by the moment: the model knows no chance.
        seed: u64::try_from(reading.at.as_nanos()).unwrap_or_default(),
        ..plan(
            line,
            rates,
            [a, b].iter().all(|trial| trial.settings.is_on("follow")),
        )?
    };
    model.duel = Some(Duel {
        rows: (a.number, b.number),
        settings: (Arc::clone(&a.settings), Arc::clone(&b.settings)),
        back: model.settled(reading),
        series: Series::new(plan),
        began: reading.at,
        block: None,
    });
    Ok(next(model, reading))
}

fn plan(line: &str, rates: [f64; 2], followed: bool) -> Result<Plan, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [metric, margin, time] = words[..] else {
        return Err(format!("write metric, margin and time: {PROPOSED}"));
    };
    let metric: Metric = metric
        .parse()
        .map_err(|error: crate::measure::comparison::MetricError| error.to_string())?;
    let margin = margin.trim_end_matches('%').parse::<f64>().ok();
    let margin = margin
        .filter(|margin| *margin > 0.0 && *margin <= 1000.0)
        .ok_or("the margin is a percentage, such as 10%")?;
    let time = humantime::parse_duration(time).map_err(|_| "the time is written as 90s or 3m")?;
    if metric != Metric::Throughput && (rates[0] - rates[1]).abs() > f64::EPSILON {
        return Err(format!("{} compares only at one rate", metric.name()));
    }
    if metric != Metric::Throughput && rates[0].is_infinite() {
        return Err(format!(
            "{} at full speed is a queue's length: compare throughput",
            metric.name()
        ));
    }
    if metric.is_read() && !followed {
        return Err(format!(
            "{} is told by the follower: turn follow on in both rows",
            metric.name()
        ));
    }
    let told = |error: PlanError| match error {
        PlanError::SmallBudget { needed, .. } => {
            format!("at least {:.0} s are needed", needed.as_secs_f64().ceil())
        }
        PlanError::FewRecords { metric, .. } => format!(
            "{metric} needs more records than fall due in {} s",
            BLOCK.as_secs()
        ),
        other @ PlanError::FewPairs(_) => other.to_string(),
    };
    let plan = Plan::new(metric, Some(usize::MAX), (BLOCK, WARMUP), Some(time)).map_err(told)?;
    plan.check_rate(rates[0].min(rates[1])).map_err(told)?;
    Ok(Plan {
        margin_percent: margin,
        ..plan
    })
}

/// Asks the lab for the next block; judges when there is none.
fn next(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let Some(duel) = model.duel.as_mut() else {
        return Vec::new();
    };
    let Some(ask) = duel.series.next(reading.at.saturating_sub(duel.began)) else {
        return end(model, reading);
    };
    let settings = match ask.arm {
        crate::compare::Arm::A => &duel.settings.0,
        crate::compare::Arm::B => &duel.settings.1,
    };
    // Its own Arc: the result is known by it.
    let settings = Arc::new((**settings).clone());
    let progress = duel.series.progress(&ask);
    let what = match ask.phase {
        Phase::Noise => format!("noise floor, #{} with itself", duel.rows.0),
        Phase::Pairs => format!("#{} with base #{}", duel.rows.1, duel.rows.0),
    };
    let left = progress.remaining.as_secs();
    let line = format!(
        "comparing {what}: pair {} of {}, {}:{:02} left · c ends it",
        ask.pair,
        progress.of,
        left / 60,
        left % 60
    );
    duel.block = Some((ask, Arc::clone(&settings)));
    model.say(line);
    vec![Effect::Send(Command::Block {
        settings,
        warmup: WARMUP,
        measure: BLOCK,
    })]
}

/// Takes the result of the block that runs, once a reading has it.
pub fn hear(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let Some(duel) = model.duel.as_mut() else {
        return Vec::new();
    };
    let Some((ask, settings)) = &duel.block else {
        return Vec::new();
    };
    let refused = reading.refused.as_ref();
    if let Some(refused) = refused.filter(|refused| Arc::ptr_eq(&refused.settings, settings)) {
        let reason = format!("not compared: {}", refused.reason);
        model.duel = None;
        model.complain(reason);
        return Vec::new();
    }
    let done = reading.block.as_ref();
    let Some(block) = done.filter(|block| Arc::ptr_eq(&block.settings, settings)) else {
        return Vec::new();
    };
    let (ask, elapsed) = (*ask, reading.at.saturating_sub(duel.began));
    model.folded.push(block.trial);
    duel.block = None;
    if let Err(error) = duel.series.take(&ask, Figures::from(&**block), elapsed) {
        let back = Arc::clone(&duel.back);
        model.duel = None;
        model.complain(format!("not compared: {error}"));
        return vec![Effect::Send(Command::Turn(back))];
    }
    next(model, reading)
}

/// Forgets a comparison that a turn or a pause has disturbed.
pub fn disturbed(model: &mut Model, effects: &[Effect]) {
    let disturbs = |effect: &Effect| {
        matches!(
            effect,
            Effect::Send(
                Command::Turn(_) | Command::Again | Command::Pause | Command::ToggleBroker(_)
            )
        )
    };
    if model.duel.is_some() && effects.iter().any(disturbs) {
        model.duel = None;
        model.say("the comparison has ended: it was disturbed, and proves nothing");
    }
}

/// Judges what is done, and lets the load go back.
fn end(model: &mut Model, reading: &Reading) -> Vec<Effect> {
    let Some(mut duel) = model.duel.take() else {
        return Vec::new();
    };
    if let Some((_, settings)) = &duel.block {
        duel.series.stop();
        let cut = reading.live_trial();
        let cut = cut.filter(|live| Arc::ptr_eq(&live.settings, settings));
        model.folded.extend(cut.map(|live| live.number));
    }
    let arm = |number: u64| ArmReport {
        label: format!("#{number}"),
        ..ArmReport::default()
    };
    let reports = (arm(duel.rows.0), arm(duel.rows.1));
    let found = Comparison::of(&duel.series, Circumstances::default(), reports, &[]);
    model.say(format!(
        "A = base #{}, B = #{}: {}",
        duel.rows.0, duel.rows.1, found.sentence
    ));
    if found.verdict != Verdict::Inconclusive {
        model.proofs.push(Proof {
            settings: duel.settings,
            metric: found.metric,
            verdict: found.verdict,
        });
    }
    vec![
        Effect::Send(Command::Note(duel.rows.1, found.sentence)),
        Effect::Send(Command::Turn(duel.back)),
    ]
}
