package io.flowdb.json;

import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Documents in key order, read as they are asked for, from one state of the store. Close it, or close its stream: until
 * then it pins that state. Threads: one.
 */
public interface DocumentScan extends Iterator<Document>, AutoCloseable {

    /** The rest of the scan; closing the stream closes the scan. */
    Stream<Document> stream();

    /** Releases the state. Idempotent. */
    @Override
    void close();
}
