//! Where effects go: one SQLite file, with four ways to meet a record that comes again, and the offsets in the same transaction.

use rusqlite::{Connection, Result};

use super::task::{Kind, SinkAt};
use super::trace::Offsets;

/// What a kind of sink is made of. Every statement takes the record's id (?1) and its account (?2).
struct Form {
    tables: &'static str,
    apply: &'static [&'static str],
    effects: &'static str,
}

const COUNTED: &str = "SELECT COUNT(*) FROM effect";

impl Kind {
    fn form(self) -> Form {
        match self {
            Self::Plain => Form {
                tables: "CREATE TABLE IF NOT EXISTS effect (id INTEGER, account TEXT);",
                apply: &["INSERT INTO effect VALUES (?1, ?2)"],
                effects: COUNTED,
            },
            Self::UniqueKey => Form {
                tables: "CREATE TABLE IF NOT EXISTS effect (id INTEGER PRIMARY KEY, account TEXT);",
                apply: &["INSERT INTO effect VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING"],
                effects: COUNTED,
            },
            Self::Version => Form {
                tables: "CREATE TABLE IF NOT EXISTS state (account TEXT PRIMARY KEY, version INTEGER, effects INTEGER);",
                apply: &[
                    "INSERT INTO state VALUES (?2, ?1, 1) ON CONFLICT (account) DO UPDATE \
                     SET version = excluded.version, effects = effects + 1 WHERE excluded.version > version",
                ],
                effects: "SELECT COALESCE(SUM(effects), 0) FROM state",
            },
            Self::SeenIds => Form {
                tables: "CREATE TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY, account TEXT);
                         CREATE TABLE IF NOT EXISTS effect (id INTEGER, account TEXT);",
                apply: &[
                    "INSERT INTO seen VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
                    "INSERT INTO effect SELECT ?1, ?2 WHERE changes() = 1",
                ],
                effects: COUNTED,
            },
        }
    }
}

/// An open sink.
pub struct Sink {
    db: Connection,
    form: Form,
}

impl Sink {
    /// Opens it, and makes its tables where they are missing.
    pub fn open(at: &SinkAt) -> Result<Self> {
        let db = Connection::open(&at.path)?;
        let form = at.kind.form();
        db.execute_batch(form.tables)?;
        db.execute_batch(
            "CREATE TABLE IF NOT EXISTS position (part INTEGER PRIMARY KEY, next INTEGER);",
        )?;
        Ok(Self { db, form })
    }

    /// Begins a transaction.
    pub fn begin(&self) -> Result<()> {
        self.db.execute_batch("BEGIN IMMEDIATE")
    }

    /// Ends the transaction: all of it is there, or nothing.
    pub fn end(&self) -> Result<()> {
        self.db.execute_batch("COMMIT")
    }

    /// Gives the transaction up.
    pub fn undo(&self) -> Result<()> {
        self.db.execute_batch("ROLLBACK")
    }

    /// The effect of one record.
    pub fn apply(&self, id: i64, account: &str) -> Result<()> {
        for statement in self.form.apply {
            self.db.execute(statement, (id, account))?;
        }
        Ok(())
    }

    /// Keeps the offsets that come next.
    pub fn keep(&self, next: &Offsets) -> Result<()> {
        for (partition, offset) in next {
            let statement = "INSERT INTO position VALUES (?1, ?2) ON CONFLICT (part) DO UPDATE SET next = excluded.next";
            self.db.execute(statement, (partition, offset))?;
        }
        Ok(())
    }

    /// The offsets that were kept.
    pub fn kept(&self) -> Result<Offsets> {
        let mut statement = self.db.prepare("SELECT part, next FROM position")?;
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }

    /// How often an effect has happened.
    pub fn effects(&self) -> Result<u64> {
        let count: i64 = self.db.query_row(self.form.effects, (), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sink(folder: &Path, kind: Kind) -> Sink {
        Sink::open(&SinkAt {
            path: folder.join(format!("{kind:?}.db")),
            kind,
        })
        .unwrap()
    }

    /// Two accounts, three records each.
    fn fill(sink: &Sink, ids: std::ops::Range<i64>) {
        sink.begin().unwrap();
        for id in ids {
            sink.apply(id, if id % 2 == 0 { "even" } else { "odd" })
                .unwrap();
        }
        sink.end().unwrap();
    }

    #[test]
    fn a_repeat_changes_only_the_sink_that_does_nothing_about_it() {
        let folder = tempfile::tempdir().unwrap();
        for (kind, repeats) in [
            (Kind::Plain, 3),
            (Kind::UniqueKey, 0),
            (Kind::Version, 0),
            (Kind::SeenIds, 0),
        ] {
            let open = || sink(folder.path(), kind);
            fill(&open(), 0..6);
            fill(&open(), 3..6);
            assert_eq!(open().effects().unwrap(), 6 + repeats, "{kind:?}");
            fill(&open(), 6..8);
            assert_eq!(open().effects().unwrap(), 8 + repeats, "{kind:?}");
        }
    }

    #[test]
    fn effects_and_offsets_are_there_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let open = || sink(folder.path(), Kind::Plain);
        let it = open();
        it.begin().unwrap();
        it.apply(0, "even").unwrap();
        it.keep(&Offsets::from([(0, 1), (1, 4)])).unwrap();
        drop(it);
        let it = open();
        assert_eq!(
            (it.effects().unwrap(), it.kept().unwrap()),
            (0, Offsets::new())
        );
        it.begin().unwrap();
        it.apply(0, "even").unwrap();
        it.keep(&Offsets::from([(0, 1), (1, 4)])).unwrap();
        it.undo().unwrap();
        assert_eq!(it.effects().unwrap(), 0);
        for next in [1, 2] {
            it.begin().unwrap();
            it.apply(next, "even").unwrap();
            it.keep(&Offsets::from([(0, next)])).unwrap();
            it.end().unwrap();
        }
        drop(it);
        let it = open();
        assert_eq!(
            (it.effects().unwrap(), it.kept().unwrap()),
            (2, Offsets::from([(0, 2)]))
        );
    }
}
