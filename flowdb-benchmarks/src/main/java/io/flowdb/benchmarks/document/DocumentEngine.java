package io.flowdb.benchmarks.document;

import java.nio.file.Path;
import java.util.Set;

/** The document databases that can be measured. */
public enum DocumentEngine {
    /** The document layer of this project. */
    FLOWDB(FlowDocuments::open, Set.of()),
    /** SQLite with JSON in a text column. */
    SQLITE(SqliteDocuments::open, Set.of()),
    /** Nitrite on MVStore. */
    NITRITE(NitriteDocuments::open, Set.of("get-text", "rmw-8", "auto-increment"));

    private final Opener opener;
    private final Set<String> lacks;

    DocumentEngine(Opener opener, Set<String> lacks) {
        this.opener = opener;
        this.lacks = lacks;
    }

    /** Opens or creates a database. */
    public DocumentStore open(Path dir) throws Exception {
        return opener.open(dir);
    }

    /** Workloads that need something the engine does not have. */
    public Set<String> lacks() {
        return lacks;
    }

    private interface Opener {
        DocumentStore open(Path dir) throws Exception;
    }
}
