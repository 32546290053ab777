package io.barnabas.systemtests;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeGroupsRequest;
import io.barnabas.protocol.message.DescribeGroupsResponse;
import io.barnabas.protocol.message.DescribeTransactionsRequest;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import io.barnabas.protocol.message.FindCoordinatorRequest;
import io.barnabas.protocol.message.FindCoordinatorResponse;
import io.barnabas.protocol.message.InitProducerIdRequest;
import io.barnabas.protocol.message.InitProducerIdResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Whether those who coordinate groups and transactions are ready: their topics are made by the first who asks, and loaded then. */
final class Coordinators {
    static final byte GROUP = 0;
    static final byte TRANSACTION = 1;
    private static final Set<Short> NOT_READY = Set.of(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code(), ErrorCode.COORDINATOR_NOT_AVAILABLE.code(),
            ErrorCode.NOT_COORDINATOR.code());

    private Coordinators() {}

    /** @throws AssertionError if not all are */
    static void check(RawClient client, byte type, int findVersion, String... keys) throws IOException {
        var request = new FindCoordinatorRequest().setKeyType(type);
        request.coordinatorKeys().addAll(List.of(keys));
        for (var found : ((FindCoordinatorResponse) client.ask(request, findVersion)).coordinators()) require(found.errorCode());
        if (type == GROUP) {
            var described = new DescribeGroupsRequest();
            described.groups().addAll(List.of(keys));
            for (var group : ((DescribeGroupsResponse) client.ask(described, 5)).groups()) require(group.errorCode());
        } else {
            var described = new DescribeTransactionsRequest();
            described.transactionalIds().addAll(List.of(keys));
            // Ids are given in blocks, which the controller gives.
            require(((InitProducerIdResponse) client.ask(new InitProducerIdRequest().setTransactionalId(null), 4)).errorCode());
            for (var state : ((DescribeTransactionsResponse) client.ask(described, 0)).transactionStates()) require(state.errorCode());
        }
    }

    private static void require(short errorCode) {
        if (NOT_READY.contains(errorCode)) throw new AssertionError("coordinator not ready: error=" + ErrorCode.of(errorCode));
    }
}
