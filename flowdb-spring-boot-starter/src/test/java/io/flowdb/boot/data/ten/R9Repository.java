package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E9;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 9. */
interface R9Repository extends FlowDbRepository<E9, String> {
    Optional<E9> findByCode(String code);

    Page<E9> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E9> ranked(String owner, int rank);

    long countByOwner(String owner);
}
