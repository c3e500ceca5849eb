package io.flowdb.json;

/** A point in a transaction to which its writes can be taken back. Made by {@link JsonTransaction#savepoint()}. */
public final class Savepoint {
    final JsonTransaction owner;
    final int undoPosition;

    Savepoint(JsonTransaction owner, int undoPosition) {
        this.owner = owner;
        this.undoPosition = undoPosition;
    }
}
