-- Answers: the same charges under the 57 columns of FOCUS 1.2.
-- Grain:   one row per charge.
-- Inputs:  {charges}: the public table charges.
-- Notes:   ProviderName and PublisherName are what the bill said; a bill of FOCUS 1.4 did not say, and both take ServiceProviderName.
SELECT {columns}, x_Source, x_BillingPeriod FROM ({charges})
