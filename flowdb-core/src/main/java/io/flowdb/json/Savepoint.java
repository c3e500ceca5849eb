package io.flowdb.json;

/** A point in a transaction to which its writes can be taken back. Made by {@link JsonTransaction#savepoint()}. */
public final class Savepoint {
    final JsonTransaction owner;
    final TransactionView.Mark mark;
    final BroughtKeys brought;

    Savepoint(JsonTransaction owner, TransactionView.Mark mark, BroughtKeys brought) {
        this.owner = owner;
        this.mark = mark;
        this.brought = brought;
    }
}
