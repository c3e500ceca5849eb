package io.flowdb.benchmarks.spring.jpa;

import io.flowdb.benchmarks.spring.user.StoredUser;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/**
 * The user as an entity of JPA. Its id comes from a sequence, fifty at a time, so that Hibernate can insert in batches.
 */
@Entity
@Table(name = "users", indexes = @Index(name = "by_city", columnList = "city"))
public class JpaUser implements StoredUser {
    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE)
    private @Nullable Long id;

    @Column(nullable = false, unique = true)
    private String email = "";

    @Column(nullable = false)
    private String city = "";

    private int age;

    @Column(nullable = false)
    private String name = "";

    /** For Hibernate. */
    protected JpaUser() {}

    JpaUser(String email, String city, int age, String name) {
        this.email = email;
        this.city = city;
        this.age = age;
        this.name = name;
    }

    @Override
    public @Nullable Long id() {
        return id;
    }

    @Override
    public String email() {
        return email;
    }

    @Override
    public String city() {
        return city;
    }

    @Override
    public int age() {
        return age;
    }

    @Override
    public String name() {
        return name;
    }
}
