//! The schema of the stores: one text for all databases, and the little that each says in its own way.

/// What a database needs to be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// SQLite, in which the common texts are written.
    Sqlite,
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres,
}

/// Brings the schema from its place in the list to the next version.
struct Migration {
    common: &'static str,
    sqlite: &'static str,
    #[cfg(feature = "postgres")]
    postgres: &'static str,
}

const MIGRATIONS: [Migration; 4] = [
    Migration {
        common: include_str!("schema/1.sql"),
        sqlite: include_str!("schema/1-sqlite.sql"),
        #[cfg(feature = "postgres")]
        postgres: include_str!("schema/1-postgres.sql"),
    },
    Migration {
        common: include_str!("schema/2.sql"),
        sqlite: "",
        #[cfg(feature = "postgres")]
        postgres: "",
    },
    Migration {
        common: include_str!("schema/3.sql"),
        sqlite: "",
        #[cfg(feature = "postgres")]
        postgres: "",
    },
    Migration {
        common: include_str!("schema/4.sql"),
        sqlite: include_str!("schema/4-sqlite.sql"),
        #[cfg(feature = "postgres")]
        postgres: include_str!("schema/4-postgres.sql"),
    },
];

/// The present version.
pub(super) const VERSION: u32 = 4;
const _: () = assert!(MIGRATIONS.len() == 4);

/// The texts that bring a schema of version `from` to version `to`.
pub(super) fn migrations(dialect: Dialect, from: u32, to: u32) -> Vec<String> {
    let place = |version: u32| usize::try_from(version).unwrap_or(usize::MAX);
    let steps = MIGRATIONS.iter().take(place(to)).skip(place(from));
    steps
        .map(|migration| match dialect {
            Dialect::Sqlite => format!("{}{}", migration.common, migration.sqlite),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => format!("{}{}", to_postgres(migration.common), migration.postgres),
        })
        .collect()
}

/// PostgreSQL's names of the types; its tables are strict anyway.
#[cfg(feature = "postgres")]
fn to_postgres(text: &str) -> String {
    text.replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA").replace(") STRICT;", ");")
}
