//! The space: which knobs are swept over which values, and the points that the rules allow.

use crate::settings::knobs::{find, nearest};
use crate::settings::{
    Kind, Knob, SettingError, Settings, Severity, Source, Surroundings, Value, ValueError, check,
};

use super::guide::Shape;
use super::plan::Search;

/// More values on an axis are no sweep.
const MOST_VALUES: usize = 64;
/// More points are never measured.
const MOST_POINTS: usize = 20_000;

/// A knob that is swept, and its values in rising order (words as they were given).
#[derive(Clone)]
pub struct Axis {
    /// The knob.
    pub knob: &'static Knob,
    /// Its values, no two alike.
    pub values: Vec<Value>,
}

/// A choice for every axis: the number of its value, or none for the value that the settings have anyway.
pub type Point = Vec<Option<usize>>;

/// Points that the rules between knobs refuse, by the rule.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Refused {
    /// The rule's id.
    pub rule: String,
    /// What is wrong with the first of them.
    pub sentence: String,
    /// How many points.
    pub points: usize,
}

impl std::fmt::Debug for Axis {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {:?}", self.knob.name, self.values)
    }
}

/// The axes, and the settings for everything else.
#[derive(Clone, Debug)]
pub struct Space {
    /// What is swept.
    pub axes: Vec<Axis>,
    /// The settings that the sweep starts from.
    pub base: Settings,
    /// What rules need to know.
    pub around: Surroundings,
}

/// Why words make no space.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpaceError {
    /// The word has not the form KNOB=VALUES.
    #[error("{0:?}: write KNOB=VALUES, such as linger.ms=0,5,20 or batch.size=16KiB..1MiB")]
    Shape(String),
    /// No row has this name.
    #[error(transparent)]
    Unknown(SettingError),
    /// A value is not one of the row's.
    #[error(transparent)]
    Value(ValueError),
    /// The row cannot be swept.
    #[error("{name} cannot be swept: {why}")]
    Unswept {
        /// The row.
        name: &'static str,
        /// Why, and what to do instead.
        why: &'static str,
    },
    /// One knob twice.
    #[error("{0} is swept twice; give all its values in one word")]
    Twice(&'static str),
    /// A range that never reaches its end.
    #[error("{name}={range}: a range goes upwards; write {turned}")]
    Downwards {
        /// The row.
        name: &'static str,
        /// The range.
        range: String,
        /// The same the other way round.
        turned: String,
    },
    /// Too many values or points.
    #[error("{0}; give fewer values")]
    TooMany(String),
    /// Every point breaks a rule.
    #[error("no combination is possible: {0}")]
    AllRefused(String),
}

impl Space {
    /// Reads words such as `linger.ms=0,5,20` and `batch.size=16KiB..1MiB`, whose range walks the slider's stops.
    pub fn parse(
        words: &[String],
        base: Settings,
        around: Surroundings,
    ) -> Result<Self, SpaceError> {
        let axes: Vec<Axis> = words
            .iter()
            .map(|word| axis(word))
            .collect::<Result<_, _>>()?;
        for (at, axis) in axes.iter().enumerate() {
            let again = axes
                .iter()
                .skip(at + 1)
                .any(|other| other.knob.name == axis.knob.name);
            if again {
                return Err(SpaceError::Twice(axis.knob.name));
            }
        }
        let space = Self { axes, base, around };
        let many = space.size();
        if many > MOST_POINTS {
            let sentence =
                format!("{many} combinations are more than the {MOST_POINTS} that can be swept");
            return Err(SpaceError::TooMany(sentence));
        }
        Ok(space)
    }

    /// How many combinations there are, the refused ones too.
    #[must_use]
    pub fn size(&self) -> usize {
        let lengths = self.axes.iter().map(|axis| axis.values.len());
        lengths.fold(1, usize::saturating_mul)
    }

    /// The point of the settings as they are.
    #[must_use]
    pub fn home(&self) -> Point {
        let place = |axis: &Axis| {
            let value = self.base.value(axis.knob.name);
            axis.values.iter().position(|one| one == value)
        };
        self.axes.iter().map(place).collect()
    }

    /// The points that a search may measure, and what is left out. An error when nothing is left.
    pub fn points(&self, search: Search) -> Result<(Vec<Point>, Vec<Refused>), SpaceError> {
        match search {
            Search::One => self.one_at_a_time(),
            Search::Grid | Search::Guided => self.grid(),
        }
    }

    /// Every allowed combination, and what is left out. An error when nothing is left.
    pub fn grid(&self) -> Result<(Vec<Point>, Vec<Refused>), SpaceError> {
        let mut points: Vec<Point> = vec![Vec::new()];
        for axis in &self.axes {
            let longer = |point: Point| {
                (0..axis.values.len()).map(move |at| {
                    let mut longer = point.clone();
                    longer.push(Some(at));
                    longer
                })
            };
            points = points.into_iter().flat_map(longer).collect();
        }
        self.allowed(points)
    }

    /// Every allowed point that differs from the settings as they are in one knob at most, and what is left out.
    pub fn one_at_a_time(&self) -> Result<(Vec<Point>, Vec<Refused>), SpaceError> {
        let home = self.home();
        let mut points = vec![home.clone()];
        for (place, axis) in self.axes.iter().enumerate() {
            for at in 0..axis.values.len() {
                let mut point = home.clone();
                if let Some(coordinate) = point.get_mut(place) {
                    *coordinate = Some(at);
                }
                if !points.contains(&point) {
                    points.push(point);
                }
            }
        }
        self.allowed(points)
    }

    fn allowed(&self, points: Vec<Point>) -> Result<(Vec<Point>, Vec<Refused>), SpaceError> {
        let mut refused: Vec<Refused> = Vec::new();
        let mut fit = Vec::new();
        for point in points {
            let findings = check(&self.settings(&point), &self.around);
            let broken = findings
                .into_iter()
                .find(|one| one.severity == Severity::Refuse);
            match broken {
                None => fit.push(point),
                Some(finding) => match refused.iter_mut().find(|one| one.rule == finding.rule) {
                    Some(known) => known.points += 1,
                    None => refused.push(Refused {
                        rule: finding.rule.into(),
                        sentence: finding.sentence,
                        points: 1,
                    }),
                },
            }
        }
        match refused.first() {
            Some(first) if fit.is_empty() => Err(SpaceError::AllRefused(first.sentence.clone())),
            _ => Ok((fit, refused)),
        }
    }

    /// The settings of a point.
    #[must_use]
    pub fn settings(&self, point: &[Option<usize>]) -> Settings {
        let mut settings = self.base.clone();
        for (axis, at) in self.axes.iter().zip(point) {
            if let Some(value) = at.and_then(|at| axis.values.get(at)) {
                settings.put(axis.knob.name, value.clone(), Source::Flag);
            }
        }
        settings
    }

    /// The values of a point, by knob, as text that `--set` reads.
    #[must_use]
    pub fn values(&self, point: &[Option<usize>]) -> Vec<(String, String)> {
        let settings = self.settings(point);
        let pair = |axis: &Axis| {
            let value = settings.value(axis.knob.name);
            (axis.knob.name.to_owned(), axis.knob.text(value))
        };
        self.axes.iter().map(pair).collect()
    }

    /// How the axes look to the guide.
    #[must_use]
    pub fn shapes(&self) -> Vec<Shape> {
        let shape = |axis: &Axis| Shape {
            values: axis.values.len(),
            ordered: !matches!(axis.knob.kind, Kind::Choice(_)),
        };
        self.axes.iter().map(shape).collect()
    }

    /// The first axis that is no choice of the application: what is sent, or what the cluster is like.
    #[must_use]
    pub fn no_choice(&self) -> Option<&'static str> {
        let is_choice =
            |knob: &Knob| knob.group.is_producer() || matches!(knob.name, "senders" | "send.mode");
        let mut names = self.axes.iter().map(|axis| axis.knob);
        names.find(|knob| !is_choice(knob)).map(|knob| knob.name)
    }
}

fn axis(word: &str) -> Result<Axis, SpaceError> {
    let shape = || SpaceError::Shape(word.into());
    let (name, list) = word.split_once('=').ok_or_else(shape)?;
    let name = name.trim();
    let knob = find(name).ok_or_else(|| {
        SpaceError::Unknown(SettingError::Unknown {
            name: name.into(),
            nearest: nearest(name),
        })
    })?;
    let why = match knob.kind {
        _ if knob.name == "rate" => {
            Some("the objective sets it: 'max throughput where p99<20ms' or 'min p99 at 50000/s'")
        }
        Kind::Text(_) => Some("it takes free text; choose one with --set"),
        _ => None,
    };
    if let Some(why) = why {
        return Err(SpaceError::Unswept {
            name: knob.name,
            why,
        });
    }
    let mut values: Vec<Value> = Vec::new();
    for item in list.split(',').map(str::trim) {
        if item.is_empty() {
            return Err(shape());
        }
        for value in item_values(knob, name, item)? {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    if values.len() > MOST_VALUES {
        let many = values.len();
        let sentence = format!("{name} has {many} values, more than {MOST_VALUES}");
        return Err(SpaceError::TooMany(sentence));
    }
    if !matches!(knob.kind, Kind::Choice(_)) {
        values.sort_by(|one, other| rank(knob, one).total_cmp(&rank(knob, other)));
    }
    Ok(Axis { knob, values })
}

/// What orders values: `auto` stands at a slider's left end, `max` at its right, words where the slider has them.
fn rank(knob: &Knob, value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        Value::Max => f64::INFINITY,
        Value::Choice(_) | Value::Switch(_) => knob.place(value),
        Value::Auto | Value::Text(_) => f64::NEG_INFINITY,
    }
}

/// One value, or the slider's stops from one value up to another; both ends belong to it.
fn item_values(knob: &'static Knob, name: &str, item: &str) -> Result<Vec<Value>, SpaceError> {
    let read = |text: &str| knob.parse_as(name, text).map_err(SpaceError::Value);
    let Some((from, to)) = item.split_once("..") else {
        return Ok(vec![read(item)?]);
    };
    let (first, last) = (read(from)?, read(to)?);
    if rank(knob, &first) > rank(knob, &last) {
        return Err(SpaceError::Downwards {
            name: knob.name,
            range: item.into(),
            turned: format!("{to}..{from}"),
        });
    }
    let mut values = vec![first.clone()];
    let mut at = first;
    while at != last {
        let next = knob.stepped(&at, true, false);
        // Past the slider's own end there are no stops; the range's end still belongs to it.
        let over = next == at || rank(knob, &next) >= rank(knob, &last);
        at = if over { last.clone() } else { next };
        values.push(at.clone());
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
