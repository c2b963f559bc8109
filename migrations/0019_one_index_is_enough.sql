-- The same as alert_vault.
drop index alert_week;
