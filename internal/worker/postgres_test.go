package worker_test

import "testing"

// TestPostgreSQL runs the lives of orders once more, on PostgreSQL. The two tests with a house for each of many examples
// are left out: what they try is the cloud's answers.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"TestAClaimWhoseDeadlinePassedSendsNothing":              TestAClaimWhoseDeadlinePassedSendsNothing,
		"TestAHundredEqualCallsAreOneOrder":                      TestAHundredEqualCallsAreOneOrder,
		"TestALateAnswerDoesNotSettleAnAbandonedOrder":           TestALateAnswerDoesNotSettleAnAbandonedOrder,
		"TestALostAnswerIsFoundAgain":                            TestALostAnswerIsFoundAgain,
		"TestANoteIsText":                                        TestANoteIsText,
		"TestAPaymentUnderWayIsNotAskedForTwice":                 TestAPaymentUnderWayIsNotAskedForTwice,
		"TestAPaymentWhoseResultCouldNotBeWrittenIsReadAgain":    TestAPaymentWhoseResultCouldNotBeWrittenIsReadAgain,
		"TestAPaymentWithoutAnAnswerIsReadBeforeItIsRepeated":    TestAPaymentWithoutAnAnswerIsReadBeforeItIsRepeated,
		"TestAPersonSettlesADoubt":                               TestAPersonSettlesADoubt,
		"TestARepeatedOrderBeginsWithWhatWasEntered":             TestARepeatedOrderBeginsWithWhatWasEntered,
		"TestASettlementNamesAnOrderThatTheCloudHas":             TestASettlementNamesAnOrderThatTheCloudHas,
		"TestAnAbandonedSendIsInDoubtAndNeverSentAgain":          TestAnAbandonedSendIsInDoubtAndNeverSentAgain,
		"TestAnAnswerThatNamesAnOrderTwiceIsOneOrder":            TestAnAnswerThatNamesAnOrderTwiceIsOneOrder,
		"TestAnErrorUnderASuccessSettlesAfterTwoEmptyLooks":      TestAnErrorUnderASuccessSettlesAfterTwoEmptyLooks,
		"TestAnOldPriceIsAskedForAgain":                          TestAnOldPriceIsAskedForAgain,
		"TestAnOrderThatIsFoundAgainIsForeignNoMore":             TestAnOrderThatIsFoundAgainIsForeignNoMore,
		"TestAnOrderThatNeverLeftIsTriedAgainUntilItIsWithdrawn": TestAnOrderThatNeverLeftIsTriedAgainUntilItIsWithdrawn,
		"TestAnOutage":                                                            TestAnOutage,
		"TestAnOutageLeavesNoTrailOfEntries":                                      TestAnOutageLeavesNoTrailOfEntries,
		"TestAutomaticPaymentIsMadeUpForAfterAStop":                               TestAutomaticPaymentIsMadeUpForAfterAStop,
		"TestAutomaticPaymentPaysWhatWasQuoted":                                   TestAutomaticPaymentPaysWhatWasQuoted,
		"TestAutomaticPaymentStopsWhenTheBillDiffers":                             TestAutomaticPaymentStopsWhenTheBillDiffers,
		"TestCancelling":                                                          TestCancelling,
		"TestDoubtKeepsTheSameFromBeingOrderedTwice":                              TestDoubtKeepsTheSameFromBeingOrderedTwice,
		"TestInventoryFollowsWhatWasOrdered":                                      TestInventoryFollowsWhatWasOrdered,
		"TestNoBalanceLeftIsShownWithItsCode":                                     TestNoBalanceLeftIsShownWithItsCode,
		"TestOneCloudOrderSettlesOneOrderOnly":                                    TestOneCloudOrderSettlesOneOrderOnly,
		"TestOrdersThatAreNotOursAreSeenAndCancelled":                             TestOrdersThatAreNotOursAreSeenAndCancelled,
		"TestTheBillIsOfWhatIsLeft":                                               TestTheBillIsOfWhatIsLeft,
		"TestTheCloudIsNeverAskedToPayByItself":                                   TestTheCloudIsNeverAskedToPayByItself,
		"TestTheFirstAnswerComesAgainEvenWhenTheOrderCouldNotBePlacedASecondTime": TestTheFirstAnswerComesAgainEvenWhenTheOrderCouldNotBePlacedASecondTime,
		"TestTheStoryOfAnOrder":                                                   TestTheStoryOfAnOrder,
		"TestWhatADeadConsoleWasSendingIsInDoubtAtOnce":                           TestWhatADeadConsoleWasSendingIsInDoubtAtOnce,
		"TestOldOrdersThatAreNotOursAreLookedThroughNowAndThen":                   TestOldOrdersThatAreNotOursAreLookedThroughNowAndThen,
		"TestWhatIsNotSureIsLeftToAPerson":                                        TestWhatIsNotSureIsLeftToAPerson,
		"TestWhatWasReviewedIsWhatIsBoughtWithoutAQuoteToo":                       TestWhatWasReviewedIsWhatIsBoughtWithoutAQuoteToo,
		"TestWithoutAQuotePaymentWaitsForAPerson":                                 TestWithoutAQuotePaymentWaitsForAPerson,
	} {
		t.Run(name, test)
	}
}
