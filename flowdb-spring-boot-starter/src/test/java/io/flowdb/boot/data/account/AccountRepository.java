package io.flowdb.boot.data.account;

import org.springframework.data.jpa.repository.JpaRepository;

/** A repository of JPA. */
public interface AccountRepository extends JpaRepository<Account, String> {}
