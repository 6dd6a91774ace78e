package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onBoth are the tests that hold on both databases. They run by themselves on SQLite, and here on PostgreSQL.
var onBoth = map[string]func(*testing.T){
	"TestACloudOrderBelongsToOneOrder":                 TestACloudOrderBelongsToOneOrder,
	"TestACreateWaitsWhileOneLikeItIsInDoubt":          TestACreateWaitsWhileOneLikeItIsInDoubt,
	"TestADatabaseOfANewerConsoleIsRefused":            TestADatabaseOfANewerConsoleIsRefused,
	"TestAFailedRefreshLeavesTheInventory":             TestAFailedRefreshLeavesTheInventory,
	"TestAMoveIsHeldAgainstStateAndFence":              TestAMoveIsHeldAgainstStateAndFence,
	"TestARefreshWritesOnlyWhatChanged":                TestARefreshWritesOnlyWhatChanged,
	"TestASecondProcessOpensTheDatabase":               TestASecondProcessOpensTheDatabase,
	"TestASessionLivesUntilItExpiresOrEnds":            TestASessionLivesUntilItExpiresOrEnds,
	"TestASigninCodeIsUsedOnce":                        TestASigninCodeIsUsedOnce,
	"TestADutyIsOneHoldersAtATime":                     TestADutyIsOneHoldersAtATime,
	"TestTeamsComeBackAsTheyWereMade":                  TestTeamsComeBackAsTheyWereMade,
	"TestAChangeOfATeamThatIsNotAsItWasChangesNothing": TestAChangeOfATeamThatIsNotAsItWasChangesNothing,
	"TestOfTwoWhoChangeATeamAtOnceOneIsTold":           TestOfTwoWhoChangeATeamAtOnceOneIsTold,
	"TestDesktopsAndPoolsGoWithTheirProject":           TestDesktopsAndPoolsGoWithTheirProject,
	"TestATeamInUseIsNotDeleted":                       TestATeamInUseIsNotDeleted,
	"TestAnotherConsolesChangeIsSeenAtOnce":            TestAnotherConsolesChangeIsSeenAtOnce,
	"TestTeamsAreAnsweredOutOfMemory":                  TestTeamsAreAnsweredOutOfMemory,
	"TestAbandonedOrders":                              TestAbandonedOrders,
	"TestAllIsThereAfterARestart":                      TestAllIsThereAfterARestart,
	"TestAnEntryComesBackAsItWasWritten":               TestAnEntryComesBackAsItWasWritten,
	"TestAnOrderComesBackAsItWasSubmitted":             TestAnOrderComesBackAsItWasSubmitted,
	"TestAnOrderThatWasNotReachedIsQueuedAgain":        TestAnOrderThatWasNotReachedIsQueuedAgain,
	"TestAnotherProcessMayHaveTheDatabaseOpen":         TestAnotherProcessMayHaveTheDatabaseOpen,
	"TestAuditFilters":                                 TestAuditFilters,
	"TestAuditPagesInBothDirections":                   TestAuditPagesInBothDirections,
	"TestChoices":                                      TestChoices,
	"TestASelectionGrowsAndShrinks":                    TestASelectionGrowsAndShrinks,
	"TestASelectionIsItsOwnersInTheirTeam":             TestASelectionIsItsOwnersInTheirTeam,
	"TestASelectionIsBounded":                          TestASelectionIsBounded,
	"TestSelectionsGoWithTheirDesktopsAndTheirTime":    TestSelectionsGoWithTheirDesktopsAndTheirTime,
	"TestPreferencesAreTheirPersons":                   TestPreferencesAreTheirPersons,
	"TestWhatIsDeletedIsKeptForADay":                   TestWhatIsDeletedIsKeptForADay,
	"TestWhatPeopleSetAndDeletedIsForgotten":           TestWhatPeopleSetAndDeletedIsForgotten,
	"TestWhatIsSelectedIsSummedUp":                     TestWhatIsSelectedIsSummedUp,
	"TestDesktopFilters":                               TestDesktopFilters,
	"TestDiskFilters":                                  TestDiskFilters,
	"TestHostAndBandwidthFilters":                      TestHostAndBandwidthFilters,
	"TestPagesOfTheInventory":                          TestPagesOfTheInventory,
	"TestDrafts":                                       TestDrafts,
	"TestEachOrderIsClaimedOnce":                       TestEachOrderIsClaimedOnce,
	"TestFacts":                                        TestFacts,
	"TestOrdersAreFoundByTheirWords":                   TestOrdersAreFoundByTheirWords,
	"TestAWordOfManyTerms":                             TestAWordOfManyTerms,
	"TestOldOrdersAreIndexed":                          TestOldOrdersAreIndexed,
	"TestFilters":                                      TestFilters,
	"TestKeys":                                         TestKeys,
	"TestAKeyOfNoTeam":                                 TestAKeyOfNoTeam,
	"TestLists":                                        TestLists,
	"TestLoadedOrdersStandAsTheyAre":                   TestLoadedOrdersStandAsTheyAre,
	"TestManyOpenAFreshDatabaseAtOnce":                 TestManyOpenAFreshDatabaseAtOnce,
	"TestNumbersInASummaryCanBeCounted":                TestNumbersInASummaryCanBeCounted,
	"TestPagesInBothDirections":                        TestPagesInBothDirections,
	"TestPagesOfDesktops":                              TestPagesOfDesktops,
	"TestPaymentsAndCancellations":                     TestPaymentsAndCancellations,
	"TestPin":                                          TestPin,
	"TestPeopleAsTheyWereSeen":                         TestPeopleAsTheyWereSeen,
	"TestSessionsOfPeopleBehindAProxy":                 TestSessionsOfPeopleBehindAProxy,
	"TestPoolFilters":                                  TestPoolFilters,
	"TestReady":                                        TestReady,
	"TestTheBadgeFollowsTheCloudOrders":                TestTheBadgeFollowsTheCloudOrders,
	"TestTheLogHasNoGaps":                              TestTheLogHasNoGaps,
	"TestTheOldestDueOrderIsClaimed":                   TestTheOldestDueOrderIsClaimed,
	"TestTheSameIDIsOneOrder":                          TestTheSameIDIsOneOrder,
	"TestTheSameIdempotencyKeyIsOneOrder":              TestTheSameIdempotencyKeyIsOneOrder,
	"TestTheTimelineIsInOrder":                         TestTheTimelineIsInOrder,
	"TestWhatFailsLeavesNothingBehind":                 TestWhatFailsLeavesNothingBehind,
	"TestWhatIsInTheWay":                               TestWhatIsInTheWay,
	"TestTwoStoresClaimEachOrderOnce":                  TestTwoStoresClaimEachOrderOnce,
	"TestTwoStoresSubmitOneOrder":                      TestTwoStoresSubmitOneOrder,
	"TestTheLogOfTwoStoresHasNoGaps":                   TestTheLogOfTwoStoresHasNoGaps,
	"TestOneOfTwoStoresTakesATarget":                   TestOneOfTwoStoresTakesATarget,
	"TestACreateAndADoubtDoNotPassEachOther":           TestACreateAndADoubtDoNotPassEachOther,
	"TestAPageIsOfOneState":                            TestAPageIsOfOneState,
	"TestTextsAreSortedByTheirBytes":                   TestTextsAreSortedByTheirBytes,
	"TestWhatIsNoTextFindsNothingAndFailsNothing":      TestWhatIsNoTextFindsNothingAndFailsNothing,
	"TestTheOverviewsSumsAreThoseOfTheOrders":          TestTheOverviewsSumsAreThoseOfTheOrders,
	"TestExpiringDesktopsAreCounted":                   TestExpiringDesktopsAreCounted,
	"TestTheSealCheckIsTheFirstOnes":                   TestTheSealCheckIsTheFirstOnes,
	"TestTheCursorAndWhatIsQueuedMoveTogether":         TestTheCursorAndWhatIsQueuedMoveTogether,
	"TestWhatIsSaidOnceIsSaidOnce":                     TestWhatIsSaidOnceIsSaidOnce,
	"TestTooMuchForOneWebhookIsGivenUpOldestFirst":     TestTooMuchForOneWebhookIsGivenUpOldestFirst,
	"TestWebhooksAreChangedWithTheirEntries":           TestWebhooksAreChangedWithTheirEntries,
	"TestWebhooksTakeTurnsAndThoseThatFailComeLast":    TestWebhooksTakeTurnsAndThoseThatFailComeLast,
	"TestWhatWasToldIsSweptAfterAMonth":                TestWhatWasToldIsSweptAfterAMonth,
	"TestALostSealRevokesItsKeys":                      TestALostSealRevokesItsKeys,
	"TestARequestComesBackAsItWasMade":                 TestARequestComesBackAsItWasMade,
	"TestARulingNamesTheRevisionThatWasRead":           TestARulingNamesTheRevisionThatWasRead,
	"TestAnAPIKeyAsksOnceForTheSame":                   TestAnAPIKeyAsksOnceForTheSame,
	"TestTheSumsAreThoseOfTheEntries":                  TestTheSumsAreThoseOfTheEntries,
}

// onSQLite are those of its own: its files, its settings and the plans of its queries.
var onSQLite = []string{"TestCommonWordsAreFoundNearAndFar", "TestSelectionsAreReadAlongAnIndex", "TestTerms", "TestTextQueriesFindTheirRowsByAnIndex", "TestAFileThatIsNoDatabaseIsRefused", "TestAuditQueriesFindTheirRowsByAnIndex", "TestBackup", "TestInventoryListsAreReadAlongAnIndex",
	"TestLimits", "TestListsOfRequestsAndWhatBelongsToThemAreReadAlongIndexes", "TestOrderQueriesFindTheirRowsByAnIndex", "TestQueuesFindTheirRowsByAnIndex", "TestTheFilesAreTheOwnersAlone", "TestTheOverviewReadsAlongIndexes",
	"TestTheCursorBeginsAtTheEndOfTheLog", "TestTellingReadsAlongIndexes",
	"TestTheLogOnlyGrows", "TestTheSettingsReachEveryConnection"}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	for name, test := range onBoth {
		t.Run(name, test)
	}
}

// A test that is added is one of both databases, of SQLite alone, or stands in a file of PostgreSQL's own.
func TestEveryTestSaysWhichDatabaseItIsOf(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	for _, file := range files {
		if strings.HasPrefix(file, "postgres") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") || f.Name.Name == "TestMain" {
				continue
			}
			_, both := onBoth[f.Name.Name]
			only := false
			for _, name := range onSQLite {
				only = only || name == f.Name.Name
			}
			assert.True(t, both != only, "%s: put it into onBoth or onSQLite", f.Name.Name)
		}
	}
}
