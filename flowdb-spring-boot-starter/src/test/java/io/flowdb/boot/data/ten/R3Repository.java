package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E3;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 3. */
interface R3Repository extends FlowDbRepository<E3, String> {
    Optional<E3> findByCode(String code);

    Page<E3> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E3> ranked(String owner, int rank);

    long countByOwner(String owner);
}
