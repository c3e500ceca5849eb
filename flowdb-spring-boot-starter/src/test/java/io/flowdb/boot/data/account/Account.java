package io.flowdb.boot.data.account;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** An entity of JPA. */
@Entity
public class Account {
    @Id
    private String id;

    /** For JPA. */
    protected Account() {}

    /** With its key. */
    public Account(String id) {
        this.id = id;
    }

    /** The key. */
    public String getId() {
        return id;
    }
}
