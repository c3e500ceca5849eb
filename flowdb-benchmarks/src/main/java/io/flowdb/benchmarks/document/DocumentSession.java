package io.flowdb.benchmarks.document;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of the suite {@code documents}. A document that is returned is parsed, in whatever form the engine
 * parses it to; {@link #text} and {@link #number} look into it. Threads: one.
 */
public interface DocumentSession extends AutoCloseable {

    /** Commits one user. */
    void put(ObjectNode user) throws Exception;

    /** Commits users together. */
    void putAll(List<ObjectNode> users) throws Exception;

    /** The user, parsed. */
    @Nullable
    Object get(long id) throws Exception;

    /** The user's document as JSON text; {@link UnsupportedOperationException} if the engine has none. */
    @Nullable
    String getText(long id) throws Exception;

    /** The user with that unique email. */
    @Nullable
    Object byEmail(String email) throws Exception;

    /** The users of a city. */
    List<Object> byCity(String city) throws Exception;

    /** The first users of a city by (age, id) with an age from {@code fromAge} to below {@code toAge}. */
    List<Object> byCityAndAge(String city, int fromAge, int toAge, int limit) throws Exception;

    /** The users of any of these cities. */
    List<Object> inCities(List<String> cities) throws Exception;

    /** Number of users of a city. */
    long countByCity(String city) throws Exception;

    /** Every user, parsed, in any order; returns how many. */
    long scan(Visitor visitor) throws Exception;

    /** Commits a new name, which is in no index. */
    void setName(long id, String name) throws Exception;

    /** Reads a user and writes it with another name, in one isolated transaction that is repeated on conflict. */
    void changeName(long id, NameChange change) throws Exception;

    /** Commits a note without a key and returns the key the engine gave it. */
    long insertNote(ObjectNode note) throws Exception;

    /** A city, parsed. */
    @Nullable
    Object getCity(long id) throws Exception;

    /** A text field of a parsed document. */
    String text(Object document, String field);

    /** An integer field of a parsed document. */
    long number(Object document, String field);

    @Override
    void close() throws Exception;

    /** Takes each document of a scan. */
    @FunctionalInterface
    interface Visitor {
        /** Looks at one. */
        void visit(Object document);
    }

    /** What becomes of a name. May be called more than once. */
    @FunctionalInterface
    interface NameChange {
        /** The new name. */
        String apply(String name);
    }
}
