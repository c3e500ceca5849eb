package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E7;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 7. */
interface R7Repository extends FlowDbRepository<E7, String> {
    Optional<E7> findByCode(String code);

    Page<E7> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E7> ranked(String owner, int rank);

    long countByOwner(String owner);
}
